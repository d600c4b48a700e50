/** Messages within a datagram, and what the kernel answers to a request (netlink(7)). */

import { Flags, FlagsAck } from 'netlink/dist/constants.js'
import {
  align,
  formatMessage,
  getS32,
  HEADER_LENGTH,
  parseError,
  parseMessage,
  type NetlinkMessage,
} from 'netlink/dist/structs.js'
import { Attributes } from './attributes.ts'
import { NLMSG } from './numbers.ts'

/** A message's header and its body. `port` is the socket's whose request caused it. */
export type Envelope = NetlinkMessage

export interface Request {
  readonly type: number
  /** Besides NLM_F_REQUEST. */
  readonly flags: number
  /** Empty: what is wanted fits into no message (thousands of nexthops), and is refused without being asked. */
  readonly body: Uint8Array
}

/** Padded, so that another message can follow in the same datagram. */
export function encodeRequest({ type, flags, body }: Request, seq: number): Uint8Array {
  const parts = formatMessage({ type, flags: flags | Flags.REQUEST, seq, port: 0, data: body })
  return Buffer.concat(parts, align(HEADER_LENGTH + body.length))
}

/** The messages of a datagram up to the first that is malformed, with which the rest is lost too. */
export function splitMessages(datagram: Uint8Array): Envelope[] {
  const messages: Envelope[] = []
  let rest = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  while (rest.length >= HEADER_LENGTH) {
    const message = parseOne(rest)
    if (message === undefined) break
    messages.push(message)
    rest = rest.subarray(align(HEADER_LENGTH + message.data.length))
  }
  return messages
}

function parseOne(bytes: Buffer): Envelope | undefined {
  try {
    return parseMessage(bytes).x
  } catch {
    return undefined
  }
}

export interface Answer {
  /** Zero is success. */
  readonly errno: number
  /** The kernel's words, where it has some (NLMSGERR_ATTR_MSG). */
  readonly text?: string
}

/** What NLMSG_ERROR says, which is also how success is told; undefined for another or a malformed message. */
export function readAnswer({ type, flags, data }: Envelope): Answer | undefined {
  if (type !== NLMSG.ERROR) return undefined
  try {
    const { errno, header } = parseError(data, flags)
    const text = (flags & FlagsAck.ACK_TLVS) !== 0 ? readText(data, flags, header.length) : undefined
    return { errno: 0 - errno, ...(text !== undefined && { text }) }
  } catch {
    return undefined
  }
}

const NLMSGERR_ATTR_MSG = 1

/** The attributes follow the request's header, or the whole request when that is repeated. */
function readText(data: Buffer, flags: number, requestLength: number): string | undefined {
  const repeated = (flags & FlagsAck.CAPPED) !== 0 ? HEADER_LENGTH : align(requestLength)
  return new Attributes(data.subarray(4 + repeated)).text(NLMSGERR_ATTR_MSG)
}

/** NLMSG_DONE carries how the dump went: zero or a negated errno. */
export const readDone = ({ data }: Envelope): number =>
  data.length >= 4 ? 0 - getS32(data.subarray(0, 4)) : 0

export const isDone = ({ type }: Envelope): boolean => type === NLMSG.DONE

/** NLM_F_DUMP_INTR: what was dumped changed meanwhile, and the dump may have missed something. */
export const isInterrupted = ({ flags }: Envelope): boolean => (flags & Flags.DUMP_INTR) !== 0
