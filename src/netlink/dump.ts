/** The parts of a dump (NLM_F_DUMP) until its end, and what is told before an acknowledgement (NLM_F_ACK). */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { Socket, SystemError } from '../system/socket.ts'
import { isDone, isInterrupted, readAnswer, readDone, type Envelope } from './envelope.ts'
import { receive } from './receive.ts'
import { ERRNO } from './errno.ts'
import { refusal } from './refusal.ts'

/** 8 datagrams of 32 KiB each: some hundred million routes. */
const READS = 100_000

/**
 * To be called right after the request was sent: the kernel makes the next part
 * while the previous one is read, so there is always one until the end.
 * EINTR: a table changed in between, and the dump may have missed something.
 */
export function readDump(
  socket: Pick<Socket, 'receive'>,
  seq: number,
): Result<readonly Envelope[], SystemError> {
  const messages: Envelope[] = []
  let whole = true
  for (let reads = 0; reads < READS; reads++) {
    const received = receive(socket)
    if (!received.ok) {
      if (received.error.errno !== ERRNO.ENOBUFS) return received
      whole = false
      continue
    }
    if (received.value.empty) break
    whole &&= !received.value.truncated
    for (const message of received.value.messages) {
      if (message.seq !== seq) continue
      whole &&= !isInterrupted(message)
      const errno = isDone(message) ? readDone(message) : readAnswer(message)?.errno
      if (errno === undefined) messages.push(message)
      else if (errno !== 0) return rejected(failure(errno))
      else return whole ? accepted(messages) : rejected(failure(ERRNO.EINTR))
    }
  }
  return rejected(whole ? failure(ERRNO.ETIMEDOUT, 'the kernel’s answer has no end') : failure(ERRNO.ENOBUFS))
}

const failure = (errno: number, text?: string): SystemError => ({ ...refusal(errno, text), call: 'dump' })
