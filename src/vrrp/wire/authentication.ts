/**
 * The authentication trailer of VRRPv2. RFC 3768 took authentication out of
 * the protocol but kept the eight bytes on the wire; keepalived still fills
 * them with a password (RFC 2338 section 5.3.6). The password protects from
 * mistakes, not from attackers: anybody on the link can read it.
 */

/** `AH` (RFC 2338's type 2) becomes a third member here with its own header around the advertisement. */
export type AuthType = 'none' | 'PASS'

export interface Authentication {
  readonly authType: AuthType
  /** Up to eight bytes, what is longer is cut; empty for `none`. Never logged or shown. */
  readonly password: Uint8Array
}

/** Present in every VRRPv2 advertisement, whatever its type; bytes. */
export const AUTH_DATA_LENGTH = 8

/** The values of the Auth Type field. */
export const AUTH_CODE: Readonly<Record<AuthType, number>> = { none: 0, PASS: 1 }
export const HIGHEST_AUTH_CODE = 2

/** @param trailer the advertisement's last eight bytes, zero so far. */
export function writeAuthData(trailer: Uint8Array, { authType, password }: Authentication): void {
  if (authType === 'PASS') trailer.set(password.subarray(0, AUTH_DATA_LENGTH))
}

/** Whether all eight bytes are the password and its zero padding: `1111` is not `1111x`. */
export function authDataMatches(trailer: Uint8Array, password: Uint8Array): boolean {
  return trailer.every((byte, index) => byte === (password[index] ?? 0))
}
