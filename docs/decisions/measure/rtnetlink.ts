// Record 0009: when the kernel's answer to an rtnetlink request is there, and what a batch costs.
// bash tools/isolated.sh node --import ./tools/typescript.mjs docs/decisions/measure/rtnetlink.ts
import { endianness } from 'node:os'
import { openNetlinkSocket } from '../../../src/system/netlink-socket.ts'
import { netlinkSocketAddress } from '../../../src/system/socket-address.ts'

const little = endianness() === 'LE'
const opened = openNetlinkSocket()
if (!opened.ok) throw new Error(opened.error.text)
const socket = opened.value
const kernel = netlinkSocketAddress(0)

/** RTM_NEWADDR with NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL: 10.x.y.1/32 on lo. */
function addAddress(seq: number): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 32, little)
  view.setUint16(4, 20, little)
  view.setUint16(6, 0x605, little)
  view.setUint32(8, seq, little)
  bytes.set([2, 32, 0, 0], 16)
  view.setUint32(20, 1, little)
  view.setUint16(24, 8, little)
  view.setUint16(26, 2, little)
  bytes.set([10, seq >>> 8, seq & 255, 1], 28)
  return bytes
}

let sequence = 0
function exchange(count: number): { readonly ms: number; readonly answers: number } {
  const requests = Array.from({ length: count }, () => addAddress(++sequence))
  const bytes = Buffer.concat(requests)
  const started = performance.now()
  const sent = socket.send([{ bytes, to: kernel }])
  if (!sent.ok) throw new Error(sent.error.text)
  // Not one turn of the event loop between: what is not there now is not counted.
  let answers = 0
  for (;;) {
    const received = socket.receive()
    if (!received.ok) throw new Error(received.error.text)
    if (received.value.length === 0) break
    answers += received.value.length
  }
  return { ms: performance.now() - started, answers }
}

for (const count of [1, 1, 10, 100]) {
  const { ms, answers } = exchange(count)
  console.log(
    `${String(count).padStart(3)} addresses in one write: ${answers} answers there at once, ${ms.toFixed(2)} ms`,
  )
}
socket.close()
