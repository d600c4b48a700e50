import { describe, expect, test } from 'vitest'
import type { State } from '../../src/vrrp/election/state.ts'
import { followTo, isReadyForMaster, jointState } from '../../src/vrrp/sync-group.ts'
import { at } from './kit.ts'

const waiting: State = { kind: 'initialize', next: 'backup' }
const backup: State = {
  kind: 'backup',
  masterDownAt: at(1),
  master: undefined,
  preemptAt: undefined,
  wantsMaster: false,
}
const wanting: State = { ...backup, wantsMaster: true }
const master: State = {
  kind: 'master',
  nextAdvertAt: at(1),
  secondBurstAt: undefined,
  lowerPrioBurstAt: undefined,
  refreshAt: undefined,
}
const fault: State = { kind: 'fault', reasons: [] }

test.each([
  ['one whose timer has run out', wanting, true],
  ['one that is Master, as where another has only just joined', master, true],
  ['one that hears a master', backup, false],
  ['one at fault', fault, false],
  ['one that waits for a script', waiting, false],
] as const)('ready for Master: %s', (_, state, expected) => {
  expect(isReadyForMaster(state)).toBe(expected)
})

describe('the others follow', () => {
  const timeout = { type: 'timeout', heldBack: false } as const
  test.each([
    ['to Master', 'backup', 'master', timeout, 'master'],
    ['an owner to Master', 'initialize', 'master', { type: 'start', asOwner: true }, 'master'],
    ['to Backup', 'master', 'backup', timeout, 'backup'],
    ['aside, for a lost address', 'master', 'backup', { type: 'address-lost', address: 'A' }, 'aside'],
    ['nowhere while nothing changes', 'master', 'master', timeout, undefined],
    // The conditions take them along.
    ['not into a fault', 'master', 'fault', timeout, undefined],
    ['not out of a fault', 'fault', 'backup', timeout, undefined],
  ] as const)('%s', (_, from, to, event, expected) => {
    expect(followTo(from, to, event)).toBe(expected)
  })
})

describe('a group is', () => {
  test.each([
    ['MASTER', [master, master]],
    ['BACKUP', [backup, wanting]],
    ['FAULT', [fault]],
    [undefined, [master, backup]],
    [undefined, [waiting, waiting]],
    [undefined, []],
  ] as const)('%s', (expected, states) => {
    expect(jointState(states)).toBe(expected)
  })
})
