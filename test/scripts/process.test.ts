import { describe, expect, test } from 'vitest'
import { milliseconds, seconds } from '../../src/base/time.ts'
import { startProgram, type Ended } from '../../src/scripts/process.ts'
import { exits, fakeWorld, hangs, hangsOnTerm, refused, specOf, type Behaviour } from './fake-launcher.ts'

function start(behaviour: Behaviour, timeout = seconds(1)) {
  const world = fakeWorld(() => behaviour)
  const ended: Ended[] = []
  const started = startProgram(world.ports, specOf('/bin/check'), timeout, (end) => ended.push(end))
  return { ...world, started, ended, program: world.launcher.programs[0]! }
}

test('a program that ends in time is left alone', () => {
  const { timers, ended, program } = start(exits(3))
  timers.advance(seconds(10))
  expect(ended).toEqual([{ status: { kind: 'exited', code: 3 }, timedOut: false, output: '' }])
  expect(program.signals).toEqual([])
  expect(timers.pending).toBe(0)
})

test('one that hangs gets SIGTERM when its time is over, and what is left of its group SIGKILL', () => {
  const { timers, ended, program } = start(hangs)
  timers.advance(milliseconds(999))
  expect(program.signals).toEqual([])
  timers.advance(milliseconds(1))
  expect(ended).toEqual([{ status: { kind: 'signalled', signal: 15 }, timedOut: true, output: '' }])
  expect(program.signals).toEqual(['SIGTERM', 'SIGKILL'])
  expect(timers.pending).toBe(0)
})

test('one that ignores SIGTERM gets SIGKILL two seconds later', () => {
  const { timers, ended, program } = start(hangsOnTerm)
  timers.advance(milliseconds(2999))
  expect(program.signals).toEqual(['SIGTERM'])
  expect(ended).toEqual([])
  timers.advance(milliseconds(1))
  expect(program.signals.slice(0, 2)).toEqual(['SIGTERM', 'SIGKILL'])
  expect(ended).toEqual([{ status: { kind: 'signalled', signal: 9 }, timedOut: true, output: '' }])
})

test('one that answers SIGTERM with success has timed out all the same', () => {
  const { timers, ended } = start({ onTerm: { status: { kind: 'exited', code: 0 } } })
  timers.advance(seconds(1))
  expect(ended).toMatchObject([{ status: { kind: 'exited', code: 0 }, timedOut: true }])
})

test('terminating twice sends one SIGTERM; after the end it sends nothing', () => {
  const { timers, started, program } = start(hangsOnTerm)
  if (!started.ok) throw new Error('it was started')
  started.value.terminate()
  started.value.terminate()
  expect(program.signals).toEqual(['SIGTERM'])
  timers.advance(seconds(5))
  const sent = program.signals.length
  started.value.terminate()
  expect(program.signals).toHaveLength(sent)
})

test('a refusal is handed back, and nothing is left to wait for', () => {
  const { timers, started, ended } = start(refused)
  expect(started).toEqual({ ok: false, error: { errno: 13, text: 'Permission denied' } })
  expect([timers.pending, ended.length]).toEqual([0, 0])
})

describe('output', () => {
  test('is kept as one line without control characters', () => {
    const { timers, ended } = start({ ...exits(0), prints: 'one\ntwo\u001b[31m\r\n\u2028three\n' })
    timers.advance(seconds(1))
    expect(ended[0]?.output).toBe('one two [31m three')
  })

  test('only its last kilobyte is kept, however it comes', () => {
    for (const size of [1, 7, 1000, 1024, 5000]) {
      const { timers, ended, program } = start(exits(0))
      for (let at = 0; at < 10_000; at += size) program.print('x'.repeat(size))
      program.print(`${'x'.repeat(size)}the end`)
      timers.advance(seconds(1))
      expect(ended[0]?.output).toHaveLength(1024)
      expect(ended[0]?.output).toMatch(/^x+the end$/)
    }
  })

  test('bytes that are no text do no harm', () => {
    const { timers, ended, program } = start(exits(0))
    program.print(Uint8Array.of(0xff, 0xfe, 0x41, 0x00, 0xc3))
    timers.advance(seconds(1))
    expect(ended[0]?.output).toBe('A')
  })
})
