import { expect, test } from 'vitest'
import { notifyOfStates, notifyPrograms } from '../../../src/daemon/scripts/notifications.ts'
import { instant } from '../../../src/base/time.ts'
import { noFacts } from '../../../src/vrrp/conditions.ts'
import type { ElectionEvent, StateKind } from '../../../src/vrrp/election/state.ts'
import { createEngine, type Engine, type RouterRecord } from '../../../src/vrrp/engine.ts'
import { makeRouter } from '../../vrrp/kit.ts'

function engineIn(kind: StateKind): Engine {
  const engine = createEngine(
    { routers: [makeRouter({ name: 'VI_1' })], groups: [], facts: noFacts },
    instant(0),
  )
  const record = recordOf(engine)
  const state = { ...record.state, kind } as RouterRecord['state']
  return { ...engine, routers: engine.routers.with('VI_1', { ...record, state }) }
}

const recordOf = ({ routers }: Engine): RouterRecord => routers.get('VI_1')!

/** What scripts and FIFOs are told. */
function toldOf(event: ElectionEvent, record: RouterRecord | undefined): readonly unknown[] {
  const told: unknown[] = []
  const scriptService = {
    notify: (...words: readonly unknown[]) => void told.push(words),
    notifyLowerPriority: (...words: readonly unknown[]) => void told.push(words),
    notifyPriority: (...words: readonly unknown[]) => void told.push(words),
  }
  notifyPrograms(scriptService, () => record)({ type: 'election', router: 'VI_1', event })
  return told
}

test.each([
  ['master', 'MASTER'],
  ['backup', 'BACKUP'],
] as const)('a priority that changes in %s is told as that of %s', (kind, word) => {
  const event: ElectionEvent = { kind: 'priority-changed', from: 100, to: 90 }
  expect(toldOf(event, recordOf(engineIn(kind)))).toEqual([['VI_1', word, 90]])
})

test('nothing is told of who is not there, or of what is only for the log', () => {
  expect(toldOf({ kind: 'priority-changed', from: 100, to: 90 }, undefined)).toEqual([])
  expect(toldOf({ kind: 'master-down-timer-expired' }, recordOf(engineIn('master')))).toEqual([])
})

test.each([
  ['master', ['MASTER']],
  ['backup', ['BACKUP']],
  ['fault', ['FAULT']],
  ['initialize', []],
] as const)('after a reload all are told what they are: %s', (kind, words) => {
  const told: unknown[] = []
  const engine = engineIn(kind)
  notifyOfStates({ tellState: (subject, state) => void told.push([subject.name, state]) }, engine)
  expect(told).toEqual(words.map((word) => ['VI_1', word]))
})
