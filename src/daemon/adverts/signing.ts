/**
 * HMAC-MD5 for `auth_type AH`, by Node's OpenSSL. node:crypto is loaded when an
 * instance asks for it, and then before anything else runs: it takes some
 * milliseconds that other configurations need not spend.
 */

import type { HmacMd5 } from '../../vrrp/wire/authentication.ts'

export const hmacMd5: HmacMd5 = (key, message) =>
  process.getBuiltinModule('node:crypto').createHmac('md5', key).update(message).digest()

/** False where OpenSSL is set to rules that know no MD5 (FIPS mode). */
export function canSign(hmac: HmacMd5 = hmacMd5): boolean {
  try {
    return hmac(new Uint8Array(1), new Uint8Array(1)).length > 0
  } catch {
    return false
  }
}
