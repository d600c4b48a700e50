/** What only version 2 asks of an advertisement: authentication, our own interval, a checksum without a pseudo-header. */

import { isIpv4 } from '../../base/address.ts'
import { invariant } from '../../base/result.ts'
import { authDataOf } from './advertisement.ts'
import { AUTH_CODE, authDataMatches, HIGHEST_AUTH_CODE, type Authentication } from './authentication.ts'
import { AH_LENGTH, isAuthentic } from './authentication-header.ts'
import { internetChecksum } from './ip.ts'
import type { Packet } from './packet.ts'
import { failure, type Rejection } from './rejection.ts'

export type Version2Expectation = Authentication & {
  readonly version: 2
  /** Advertisement_Interval in whole seconds. */
  readonly intervalSeconds: number
}

/** Version 3 has none. */
export function authenticationFailure(
  packet: Packet,
  expectation: Version2Expectation | { readonly version: 3 },
): Rejection | undefined {
  if (expectation.version === 3) return undefined
  const { fixed, pdu } = packet
  const authCode = AUTH_CODE[expectation.authType]
  if (fixed.authCode > HIGHEST_AUTH_CODE)
    return failure(packet, 'auth-type-invalid', fixed.authCode, authCode)
  if (fixed.authCode !== authCode) return failure(packet, 'auth-type-mismatch', fixed.authCode, authCode)
  switch (expectation.authType) {
    case 'none':
      return undefined
    case 'PASS':
      return authDataMatches(authDataOf(pdu), expectation.password)
        ? undefined
        : failure(packet, 'auth-failure')
    case 'AH':
      return signatureFailure(packet, expectation)
  }
}

function signatureFailure(
  packet: Packet,
  { password, sequence, hmacMd5 }: Version2Expectation & { readonly authType: 'AH' },
): Rejection | undefined {
  const { bytes, headersLength, source, authenticationHeader: header } = packet
  invariant(header !== undefined, 'a packet without an authentication header has been refused')
  if (!isAuthentic(bytes, headersLength - AH_LENGTH, password, hmacMd5)) return failure(packet, 'ah-icv')
  if (header.spi !== source) return failure(packet, 'ah-spi', header.spi, isIpv4(source) ? source : 0)
  if (header.sequence <= sequence) return failure(packet, 'ah-replay', header.sequence, sequence)
  return undefined
}

export const intervalFailure = (
  packet: Packet,
  { intervalSeconds }: Version2Expectation,
): Rejection | undefined =>
  packet.fixed.intervalSeconds === intervalSeconds
    ? undefined
    : failure(packet, 'advert-interval', packet.fixed.intervalSeconds, intervalSeconds)

export const version2ChecksumFailure = ({ pdu }: Packet): boolean => internetChecksum(pdu) !== 0
