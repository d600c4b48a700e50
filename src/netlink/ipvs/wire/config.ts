/** What belongs to no service: timeouts, and the kernel's own facts. */

import type { Attributes, Body } from '../../attributes.ts'
import type { IpvsInfo, Timeouts } from '../types.ts'
import { TOP } from './numbers.ts'

/** IPVS_INFO_ATTR_*. */
const INFO = { version: 1, connectionTableSize: 2 } as const

/** Seconds; what is 0 or not said is left out, and left as it is by the kernel. */
export const withTimeouts = (body: Body, timeouts: Partial<Timeouts>): Body =>
  body
    .u32(TOP.timeoutTcp, said(timeouts.tcpSeconds))
    .u32(TOP.timeoutTcpFin, said(timeouts.tcpFinSeconds))
    .u32(TOP.timeoutUdp, said(timeouts.udpSeconds))

const said = (seconds: number | undefined): number | undefined => (seconds === 0 ? undefined : seconds)

/** A kernel without one of the protocols tells 0 for it. */
export const readTimeouts = (message: Attributes): Timeouts => ({
  tcpSeconds: message.u32(TOP.timeoutTcp) ?? 0,
  tcpFinSeconds: message.u32(TOP.timeoutTcpFin) ?? 0,
  udpSeconds: message.u32(TOP.timeoutUdp) ?? 0,
})

/** Three numbers of a byte each. */
export function readInfo(message: Attributes): IpvsInfo | undefined {
  const version = message.u32(INFO.version)
  if (version === undefined) return undefined
  return {
    version: `${(version >>> 16) & 0xff}.${(version >>> 8) & 0xff}.${version & 0xff}`,
    connectionTableSize: message.u32(INFO.connectionTableSize) ?? 0,
  }
}
