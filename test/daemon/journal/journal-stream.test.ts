import { expect, test } from 'vitest'
import type { EventsReport } from '../../../src/control/events.ts'
import type { Response } from '../../../src/control/protocol.ts'
import { Recorder } from '../../../src/daemon/journal/recorder.ts'
import { keepJournal } from '../../../src/daemon/journal/journal-subscriber.ts'
import { JournalStream, pastEvents } from '../../../src/daemon/journal/journal-stream.ts'
import { EventList } from '../../../src/events/event-list.ts'
import { at } from '../../vrrp/kit.ts'

function setUp() {
  const recorder = new Recorder({
    clock: { now: () => at(0) },
    wallMs: () => 0,
    recordOf: () => undefined,
    addressesOf: () => '',
    checkWords: () => '',
  })
  const { journal } = recorder
  const events = new EventList()
  events.subscribe(keepJournal(recorder))
  const link = (name: string, state: 'up' | 'down'): void => {
    events.publish({ type: 'link', link: name, state })
  }
  return { journal, events, link }
}

const wantAll = () => true

const ids = (response: Response | undefined): readonly number[] | undefined =>
  response?.ok === true ? (response.result as EventsReport).events.map(({ id }) => id) : undefined

test('the newest of the past', () => {
  const { journal, link } = setUp()
  for (const name of ['eth0', 'eth1', 'eth0']) link(name, 'up')
  const ofEth0 = ({ subject }: { subject: string }): boolean => subject === 'eth0'
  expect(pastEvents(journal, ofEth0, undefined).events.map(({ id }) => id)).toEqual([1, 3])
  expect(pastEvents(journal, ofEth0, 1).events.map(({ id }) => id)).toEqual([3])
  expect(pastEvents(journal, ofEth0, 0).events).toEqual([])
})

test('a subscriber gets the past at once, then what is new and wanted', async () => {
  const { journal, events, link } = setUp()
  link('eth0', 'up')
  const stream = new JournalStream({ journal, events }, ({ subject }) => subject !== 'eth9', undefined)
  expect(ids(await stream.next())).toEqual([1])
  const next = stream.next()
  link('eth9', 'up')
  link('eth1', 'up')
  expect(ids(await next)).toEqual([3])
  // What came while nobody asked.
  link('eth1', 'down')
  link('eth1', 'up')
  expect(ids(await stream.next())).toEqual([4, 5])
})

test('one that does not keep up is told how much it missed, and costs nothing meanwhile', async () => {
  const { journal, events, link } = setUp()
  const stream = new JournalStream({ journal, events }, wantAll, 0)
  expect(ids(await stream.next())).toEqual([])
  for (let each = 0; each < 1_500; each++) link('eth0', 'up')
  const response = await stream.next()
  expect(ids(response)).toHaveLength(1_000)
  expect(response).toMatchObject({ result: { forgotten: 500 } })
})

test('a waiting one ends when it is closed', async () => {
  const stream = new JournalStream(setUp(), wantAll, 0)
  await stream.next()
  const next = stream.next()
  stream.close()
  stream.close()
  expect(await next).toBeUndefined()
  expect(await stream.next()).toBeUndefined()
})
