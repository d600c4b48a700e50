/**
 * Filters in the kernel's classic BPF, so that packets nobody wants wake
 * nobody up. A program is a list of loads and tests that ends in accepting or
 * dropping the packet. Pure but for this machine's byte order.
 */

import { littleEndian } from './socket-address.ts'

export interface Instruction {
  readonly code: number
  readonly k: number
  /** Where a test goes when it is true, and when not; absent: on to the next instruction. */
  readonly ifTrue?: Verdict
  readonly ifFalse?: Verdict
}

type Verdict = 'accept' | 'drop'

// <linux/bpf_common.h>; what is loaded goes to the accumulator, headerLength to the index register.
const CODE = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadByteAtIndex: 0x50,
  loadHeaderLength: 0xb1,
  equal: 0x15,
  atLeast: 0x35,
  anyBit: 0x45,
  give: 0x06,
} as const

/** What the kernel knows of a packet besides its bytes: <linux/filter.h>, SKF_AD_OFF + SKF_AD_*. */
const ABOUT = { protocol: 0xfffff000, packetType: 0xfffff004, vlanTag: 0xfffff02c } as const

/**
 * `protocol`: the Ethernet type. `packetType`, of <linux/if_packet.h>: 0 for this host, 1 broadcast,
 * 2 multicast, 3 for another host, 4 sent, 5 looped back. `vlanTag`: zero where there is none.
 */
export const load = (what: keyof typeof ABOUT): Instruction => ({ code: CODE.loadWord, k: ABOUT[what] })
export const loadWord = (offset: number): Instruction => ({ code: CODE.loadWord, k: offset })
export const loadHalf = (offset: number): Instruction => ({ code: CODE.loadHalf, k: offset })
export const loadByte = (offset: number): Instruction => ({ code: CODE.loadByte, k: offset })
/** Of the IPv4 header that starts there. */
export const loadHeaderLength = (offset: number): Instruction => ({ code: CODE.loadHeaderLength, k: offset })
/** Behind the header whose length was loaded. */
export const loadByteBehindHeader = (offset: number): Instruction => ({
  code: CODE.loadByteAtIndex,
  k: offset,
})

type Branches = Pick<Instruction, 'ifTrue' | 'ifFalse'>

export const equal = (value: number, to: Branches): Instruction => ({ code: CODE.equal, k: value, ...to })
export const atLeast = (value: number, to: Branches): Instruction => ({ code: CODE.atLeast, k: value, ...to })
/** Any of the mask's bits is set. */
export const anyBit = (mask: number, to: Branches): Instruction => ({ code: CODE.anyBit, k: mask, ...to })

const BYTES = 8
const WHOLE_PACKET = 0xffffffff

/**
 * @param program at most 250 instructions; what runs past its end is dropped
 * @returns struct sock_filter after struct sock_filter
 */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const target: Readonly<Record<Verdict, number>> = { drop: program.length, accept: program.length + 1 }
  const bytes = new Uint8Array((program.length + 2) * BYTES)
  const view = new DataView(bytes.buffer)
  const write = (at: number, { code, k, ifTrue, ifFalse }: Instruction): void => {
    const distance = (verdict: Verdict | undefined): number =>
      verdict === undefined ? 0 : target[verdict] - at - 1
    view.setUint16(at * BYTES, code, littleEndian)
    view.setUint8(at * BYTES + 2, distance(ifTrue))
    view.setUint8(at * BYTES + 3, distance(ifFalse))
    view.setUint32(at * BYTES + 4, k, littleEndian)
  }
  for (const [at, instruction] of program.entries()) write(at, instruction)
  write(target.drop, { code: CODE.give, k: 0 })
  write(target.accept, { code: CODE.give, k: WHOLE_PACKET })
  return bytes
}
