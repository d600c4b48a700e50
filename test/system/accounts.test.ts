import { execFileSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { lookupGroup, lookupUser } from '../../src/system/accounts.ts'

const id = (...args: string[]): number[] =>
  execFileSync('id', args, { encoding: 'utf8' }).trim().split(' ').map(Number)

test.each([userInfo().username, 'nobody', 'root'])('user %s as id(1) knows him', (name) => {
  const found = lookupUser(name)
  if (!found.ok || found.value === undefined) throw new Error('not found')
  expect([found.value.uid]).toEqual(id('-u', name))
  expect([found.value.gid]).toEqual(id('-g', name))
  expect([...found.value.groups].sort()).toEqual(id('-G', name).sort())
})

test('a group by name', () => {
  expect(lookupGroup('root')).toEqual({ ok: true, value: 0 })
})

test.each(['vrrpd-no-such-name', '', 'a\0b', 'x'.repeat(5_000), 'root\n', '../root', '0', 'ü'])(
  'there is nobody called %j',
  (name) => {
    expect(lookupUser(name)).toEqual({ ok: true, value: undefined })
    expect(lookupGroup(name)).toEqual({ ok: true, value: undefined })
  },
)
