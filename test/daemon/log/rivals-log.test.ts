import { beforeEach, expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { RivalsLog } from '../../../src/daemon/log/rivals-log.ts'
import type { Telling } from '../../../src/daemon/log/messages.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ip } from '../../vrrp/kit.ts'

const rival = { kind: 'forcing-election', source: ip('10.0.0.2'), priority: 90, ours: 100 } as const
const line = '(VI_1) Received advert from 10.0.0.2 with lower priority 90, ours 100, forcing new election'

let clock: ManualClock
let rivals: RivalsLog
let said: string[]

beforeEach(() => {
  clock = new ManualClock()
  rivals = new RivalsLog(clock)
  said = []
})

function note(...notes: readonly Telling[]): void {
  for (const each of notes) said.push(...rivals.describe('VI_1', each).map(({ text }) => text))
}

test('one line at once, then their number', () => {
  for (let second = 0; second < 361; second += 1) {
    note(rival)
    clock.skip(seconds(1))
  }
  expect(said).toEqual([line, `${line}: 60 more in 60 s`, `${line}: 300 more in 5 min`])
})

test('says how many in fields, too', () => {
  note(rival)
  clock.skip(seconds(60))
  expect(rivals.describe('VI_1', rival)).toMatchObject([
    { fields: { event: 'forcing-election', source: '10.0.0.2', more: 1, seconds: 60 } },
  ])
})

test('each instance has its own', () => {
  note(rival)
  expect(rivals.describe('VI_2', rival)).toHaveLength(1)
})

test('a change of state begins anew', () => {
  note(
    rival,
    rival,
    { kind: 'transition', from: 'master', to: 'backup', cause: { kind: 'group', member: 'x' } },
    rival,
  )
  expect(said).toEqual([line, '(VI_1) Entering BACKUP STATE (was MASTER: sync group follows x)', line])
})

test('other notes are as they were', () => {
  note({ kind: 'priority-zero-sent' }, { kind: 'priority-zero-sent' })
  expect(said).toEqual(['(VI_1) sent 0 priority', '(VI_1) sent 0 priority'])
})

test('a crowd of rivals costs no more memory than thirty-three', () => {
  for (let each = 0; each < 1_000; each += 1)
    note({ ...rival, source: (rival.source + each) as typeof rival.source })
  expect(said).toHaveLength(33)
})
