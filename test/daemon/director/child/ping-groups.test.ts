/** Who may open ICMP sockets, while there are PING_CHECKs. */

import { expect, test } from 'vitest'
import { accepted, rejected, type Result } from '../../../../src/base/result.ts'
import { PingGroups } from '../../../../src/daemon/director/child/ping-groups.ts'
import type { SystemError } from '../../../../src/system/system-error.ts'

const refused: SystemError = { errno: 30, code: 'EROFS', call: 'open', text: 'Read-only file system' }

function make(opens: Result<undefined, SystemError>, givesBack: Result<undefined, SystemError>) {
  const done: string[] = []
  const groups = new PingGroups(
    () => {
      done.push('open')
      if (!opens.ok) return opens
      return accepted(() => {
        done.push('give back')
        return givesBack
      })
    },
    { warn: (text) => void done.push(text) },
  )
  return { groups, done: () => done.splice(0) }
}

const fine = accepted(undefined)

test('opened with the first, given back after the last, and again', () => {
  const { groups, done } = make(fine, fine)
  for (const round of [1, 2]) {
    groups.use(false)
    expect(done(), `round ${round}`).toEqual([])
    groups.use(true)
    groups.use(true)
    expect(done()).toEqual(['open'])
    groups.use(false)
    groups.use(false)
    expect(done()).toEqual(['give back'])
  }
})

test('what is refused is said once, and nothing is given back then', () => {
  const { groups, done } = make(rejected(refused), fine)
  groups.use(true)
  groups.use(true)
  groups.use(false)
  const line = 'net.ipv4.ping_group_range cannot be opened for PING_CHECK: Read-only file system'
  expect(done()).toEqual(['open', line])
})

test('so is what cannot be given back', () => {
  const { groups, done } = make(fine, rejected(refused))
  groups.use(true)
  groups.use(false)
  const line = 'net.ipv4.ping_group_range cannot be set back: Read-only file system'
  expect(done()).toEqual(['open', 'give back', line])
})
