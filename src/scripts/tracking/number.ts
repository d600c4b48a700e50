/** The number in a tracked file, read as strtol(3) does: blanks, a sign, and 0x or 0 for other bases. */

/** @returns 0 where there is no number; undefined for one that no 64 bits hold (keepalived ignores it) */
export function leadingNumber(text: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(text)
  const [, sign = '', digits = '0'] = match ?? []
  const magnitude = valueOf(digits)
  if (magnitude >= 2 ** 63) return undefined
  return sign === '-' ? 0 - magnitude : magnitude
}

function valueOf(digits: string): number {
  if (/^0x/i.test(digits)) return Number(digits)
  if (!digits.startsWith('0')) return Number(digits)
  const octal = /^[0-7]*/.exec(digits)?.[0] ?? ''
  return octal === '' ? 0 : Number.parseInt(octal, 8)
}
