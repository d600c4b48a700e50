/** What either side says the other reads, and nothing else. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readToChild,
  readToParent,
  type ToChild,
  type ToParent,
} from '../../../src/daemon/director/messages.ts'

const toChild: readonly ToChild[] = [
  { type: 'prepare', id: 1 },
  { type: 'apply', id: 2 },
  { type: 'vrrp', instance: 'V', master: true },
  { type: 'reopen-logs' },
  { type: 'beat', id: 3 },
  { type: 'stop' },
]
const toParent: readonly ToParent[] = [
  { type: 'ready' },
  { type: 'prepared', id: 1 },
  { type: 'prepared', id: 1, refused: 'why' },
  { type: 'applied', id: 2 },
  { type: 'beat', id: 3 },
]
const overTheChannel = (message: unknown): unknown => JSON.parse(JSON.stringify(message))

test.each(toChild)('to the child: %j', (message) => {
  expect(readToChild(overTheChannel(message))).toEqual(message)
})

test.each(toParent)('to the parent: %j', (message) => {
  expect(readToParent(overTheChannel(message))).toEqual(message)
})

test('a message without one of its parts is none', () => {
  for (const [read, messages, optional] of [
    [readToChild, toChild, []],
    [readToParent, toParent, ['refused']],
  ] as const)
    for (const message of messages)
      for (const part of Object.keys(message).filter((key) => !(optional as readonly string[]).includes(key)))
        expect(read({ ...message, [part]: undefined }), part).toBeUndefined()
})

test('nor is anything else', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect([readToChild(value), readToParent(value)]).toEqual([undefined, undefined])
    }),
  )
})
