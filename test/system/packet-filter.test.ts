import { expect, test } from 'vitest'
import { anyBit, assemble, equal, load, loadByte } from '../../src/system/packet-filter.ts'
import { littleEndian } from '../../src/system/socket-address.ts'

/** As <linux/filter.h> prints it: code, jt, jf, k. */
function instructions(bytes: Uint8Array): readonly (readonly number[])[] {
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / 8 }, (_, index) => {
    const at = index * 8
    return [
      view.getUint16(at, littleEndian),
      view.getUint8(at + 2),
      view.getUint8(at + 3),
      view.getUint32(at + 4, littleEndian),
    ]
  })
}

test('tests jump to the verdicts behind the program', () => {
  const program = [
    load('packetType'),
    anyBit(4, { ifTrue: 'drop' }),
    loadByte(9),
    equal(112, { ifTrue: 'accept', ifFalse: 'drop' }),
  ]
  expect(instructions(assemble(program))).toEqual([
    [0x20, 0, 0, 0xfffff004],
    [0x45, 2, 0, 4],
    [0x30, 0, 0, 9],
    [0x15, 1, 0, 112],
    [0x06, 0, 0, 0],
    [0x06, 0, 0, 0xffffffff],
  ])
})

test('a program without a verdict drops', () => {
  expect(instructions(assemble([]))[0]).toEqual([0x06, 0, 0, 0])
})
