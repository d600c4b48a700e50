/** `[SOURCE/]DESTINATION` of routes and rules, by name or number. */

import { parseUnsigned } from './unsigned.ts'

/** Of each of the two, as keepalived 2.2.7 has it; the kernel has room for more. */
const MOST = 255

/** Source realm << 16 | destination realm; undefined when it cannot be read. */
export function parseRealms(text: string, names: ReadonlyMap<string, number>): number | undefined {
  const realms = text.split('/').map((each) => names.get(each) ?? parseUnsigned(each))
  if (realms.length > 2 || realms.some((realm) => realm === undefined || realm > MOST)) return undefined
  const [first = 0, second] = realms
  return second === undefined ? first : first * 65_536 + second
}

export const realmsWords = (realms: number | undefined): string =>
  realms === undefined
    ? ''
    : realms < 65_536
      ? `realms ${realms}`
      : `realms ${realms >>> 16}/${realms & 65_535}`
