/**
 * What only version 3 asks of an advertisement: a checksum with a pseudo-header (RFC 9568 section 5.2.8), or one of
 * those that keepalived has made in its time. Any interval is its sender's own (RFC 9568 section 6.4.2), and nobody is
 * authenticated.
 */

import { version3Checksum, type Version3Checksum } from './advertisement.ts'
import type { Packet } from './packet.ts'

export interface Version3Expectation {
  readonly version: 3
  /** Those that are believed besides the RFC's own. */
  readonly otherChecksums: readonly Version3Checksum[]
}

/** How the packet's checksum was made; undefined: it is wrong. */
export function version3ChecksumOf(
  packet: Packet,
  { otherChecksums }: Version3Expectation,
): Version3Checksum | undefined {
  const kinds: readonly Version3Checksum[] = ['rfc', ...otherChecksums]
  return kinds.find((kind) => version3Checksum(packet.pdu, kind, packet) === 0)
}
