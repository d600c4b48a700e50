import { expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { FifoLines, type WriteResult } from '../../src/scripts/fifo-lines.ts'
import { ManualTimers } from '../support/manual-clock.ts'

function setup(initial: number) {
  let capacity = initial
  const timers = new ManualTimers()
  const inside: string[] = []
  const complaints: string[] = []
  const lines = new FifoLines({
    timers,
    write: (text): Promise<WriteResult> => {
      if (inside.join('').length + text.length > capacity) return Promise.resolve('full')
      inside.push(text)
      return Promise.resolve('written')
    },
    complain: (text) => void complaints.push(text),
  })
  const submit = (name: string, what: string, kind = 'state'): void =>
    lines.submit({ key: `${name} ${kind}`, text: `${name} ${what}\n` })
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  }
  const room = (bytes: number): void => {
    capacity = bytes
  }
  return { timers, inside, complaints, submit, settle, room }
}

test('while there is room every line goes in, in order', async () => {
  const { submit, settle, inside } = setup(10_000)
  const expected = Array.from({ length: 200 }, (_, index) => `A ${index}\n`)
  for (let index = 0; index < 200; index++) submit('A', String(index))
  await settle()
  expect(inside.join('')).toBe(expected.join(''))
})

test('once there is none, the newest of each is written when there is room again', async () => {
  const { timers, submit, settle, inside, complaints, room } = setup(20)
  submit('A', 'MASTER')
  await settle()
  submit('A', 'BACKUP')
  submit('B', 'MASTER')
  await settle()
  submit('A', 'MASTER')
  submit('B', 'FAULT')
  submit('B', '90', 'priority')
  submit('A', 'FAULT')
  await settle()
  timers.advance(seconds(1))
  await settle()
  expect(inside).toEqual(['A MASTER\n', 'A BACKUP\n'])
  expect(complaints).toHaveLength(1)
  room(1000)
  timers.advance(seconds(1))
  await settle()
  expect(inside.slice(2).join('')).toBe('B FAULT\nB 90\nA FAULT\n')
  submit('A', 'BACKUP')
  submit('A', 'MASTER')
  await settle()
  expect(inside.slice(3).join('')).toBe('A BACKUP\nA MASTER\n')
})

test('nothing waits for a FIFO that nobody reads, and little is kept', async () => {
  const { submit, settle, inside, room, timers } = setup(0)
  for (let index = 0; index < 5000; index++) submit(`V${index % 3}`, String(index))
  await settle()
  room(10_000)
  timers.advance(seconds(1))
  await settle()
  expect(inside.join('')).toBe('V2 4997\nV0 4998\nV1 4999\n')
})
