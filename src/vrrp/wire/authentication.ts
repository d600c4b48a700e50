/**
 * How VRRPv2 neighbours prove that they belong together. RFC 3768 took
 * authentication out of the protocol but kept the eight bytes of its trailer
 * on the wire; keepalived still speaks RFC 2338 section 5.3.6. `PASS` fills the
 * trailer with a password that anybody on the link can read: it protects from
 * mistakes, not from attackers. `AH` leaves the trailer zero and signs the
 * packet in a header of its own (authentication-header.ts).
 */

/** HMAC-MD5 (RFC 2104), 16 bytes; the caller's, since this folder is pure. */
export type HmacMd5 = (key: Uint8Array, message: Uint8Array) => Uint8Array

/** `password`: up to eight bytes, what is longer is cut. Never logged or shown. */
export type Authentication =
  | {
      /** With `none` the password is empty. */
      readonly authType: 'none' | 'PASS'
      readonly password: Uint8Array
    }
  | {
      readonly authType: 'AH'
      readonly password: Uint8Array
      /** A packet sent carries it; one received must be above it. */
      readonly sequence: number
      readonly hmacMd5: HmacMd5
    }

export type AuthType = Authentication['authType']

/** Present in every VRRPv2 advertisement, whatever its type; bytes. */
export const AUTH_DATA_LENGTH = 8

/** The values of the Auth Type field. */
export const AUTH_CODE: Readonly<Record<AuthType, number>> = { none: 0, PASS: 1, AH: 2 }
export const HIGHEST_AUTH_CODE = 2

/** @param trailer the advertisement's last eight bytes, zero so far. */
export function writeAuthData(trailer: Uint8Array, { authType, password }: Authentication): void {
  if (authType === 'PASS') trailer.set(password.subarray(0, AUTH_DATA_LENGTH))
}

/** Whether all eight bytes are the password and its zero padding: `1111` is not `1111x`. */
export function authDataMatches(trailer: Uint8Array, password: Uint8Array): boolean {
  return trailer.every((byte, index) => byte === (password[index] ?? 0))
}
