/** What is left to who goes on, and who believes it. */

import { describe, expect, test } from 'vitest'
import { accepted, rejected, type Result } from '../../../../src/base/result.ts'
import { milliseconds, seconds } from '../../../../src/base/time.ts'
import { LvsRecord } from '../../../../src/daemon/director/child/record.ts'
import { adopt } from '../../../../src/director/record.ts'
import { createDirector, stepDirector } from '../../../../src/director/engine.ts'
import { snapshotOf, type Snapshot } from '../../../../src/director/snapshot.ts'
import { at, checker, configuration, realServer, virtualServer } from '../../../director/kit.ts'
import { ManualTimers } from '../../../support/manual-clock.ts'

const snapshot: Snapshot = snapshotOf(
  stepDirector(
    createDirector(
      configuration([
        virtualServer('10.8.0.100 80', [realServer('10.9.0.21', { checkers: [checker('a')] })]),
      ]),
    ),
    { type: 'start', table: [], timeouts: undefined, addresses: [] },
    at(1),
  ).director,
)

/** A file that takes what it is given, or refuses. */
function recordFile(refuses = false) {
  const written: string[] = []
  const take = (text: string): Result<undefined, string> => {
    if (refuses) return rejected('ENOSPC')
    written.push(text)
    return accepted(undefined)
  }
  return {
    written,
    file: {
      path: '/run/x.state',
      readNow: () => written.at(-1),
      writeNow: take,
      replace: (text: string) => Promise.resolve(take(text)),
      overwriteBeginning: take as never,
      remove: () => {
        written.length = 0
        return Promise.resolve(accepted(undefined))
      },
    },
  }
}

function make(refuses = false) {
  const timers = new ManualTimers()
  const { written, file } = recordFile(refuses)
  const complaints: string[] = []
  const record = new LvsRecord({
    clock: timers.clock,
    timers,
    record: file,
    bootId: 'boot',
    parent: '42 7',
    snapshot: () => snapshot,
    complain: (text) => void complaints.push(text),
  })
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))
  return { timers, written, file, record, complaints, settle }
}

describe('the record', () => {
  test('is written once for many changes, a moment after the first', async () => {
    const { timers, written, record, settle } = make()
    for (let change = 0; change < 10; change++) record.renew()
    timers.advance(milliseconds(100))
    await settle()
    expect(written).toHaveLength(0)
    timers.advance(milliseconds(200))
    await settle()
    expect(written).toHaveLength(1)
    record.renew()
    timers.advance(seconds(1))
    await settle()
    expect(written).toHaveLength(2)
  })

  test.each<{ who: string; boot: string; parent: string | undefined; gives: string | undefined }>([
    { who: 'the next child of this daemon', boot: 'boot', parent: '42 7', gives: 'respawn' },
    { who: 'another daemon that got the same number', boot: 'boot', parent: '42 8', gives: 'restart' },
    { who: 'one that is alone', boot: 'boot', parent: undefined, gives: 'restart' },
    { who: 'anybody after another boot', boot: 'other', parent: '42 7', gives: undefined },
  ])('is read by $who', async ({ boot, parent, gives }) => {
    const { record, file } = make()
    await record.finish()
    const adopted = adopt(file.readNow(), boot, parent)
    expect(adopted?.from).toBe(gives)
    if (gives !== undefined) expect(adopted?.snapshot).toEqual(snapshot)
  })

  test.each([
    undefined,
    '',
    'null',
    '[]',
    '{',
    '{"version":2}',
    '{"version":1,"bootId":"boot","snapshot":{}}',
  ])('what is none is not believed: %s', (text) => {
    expect(adopt(text, 'boot', undefined)).toBeUndefined()
  })

  test('is gone after a deliberate end, and stays written when we are left alone', async () => {
    const { record, written } = make()
    record.writeNow()
    expect(written).toHaveLength(1)
    await record.remove()
    expect(written).toHaveLength(0)
  })

  test('a disk that refuses is told of once', async () => {
    const { timers, record, complaints, settle } = make(true)
    for (let time = 0; time < 3; time++) {
      record.renew()
      timers.advance(seconds(1))
      await settle()
    }
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain('ENOSPC')
  })
})
