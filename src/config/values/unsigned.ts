/** Numbers in lines that follow ip(8): decimal, `0x` hexadecimal, octal with a leading zero. */
export function parseUnsigned(text: string): number | undefined {
  const match = /^[+]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text)
  const digits = match?.[1]
  if (digits === undefined) return undefined
  return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
}

/** The others: decimal only, whatever zeros it begins with. */
export function parseDecimal(text: string): number | undefined {
  const digits = /^[+]?(\d+)$/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const MOST_32_BITS = 0xffff_ffffn
const MOST_64_BITS = 0xffff_ffff_ffff_ffffn

/**
 * Beyond 32 bits keepalived goes on with the lowest ones and says nothing, where it follows ip(8).
 *
 * @returns what it goes on with; undefined for what fits, or is no number
 */
export function cutOff(text: string): number | undefined {
  if (!/^-?\d{1,40}$/.test(text)) return undefined
  const value = BigInt(text)
  if (value >= 0n && value <= MOST_32_BITS) return undefined
  const isBeyond = value > MOST_64_BITS || value < -MOST_64_BITS
  return Number(isBeyond ? MOST_32_BITS : BigInt.asUintN(32, value))
}

/** Whether what is left then passes for a value. */
export const isCutOff = (text: string, most: number): boolean => (cutOff(text) ?? Infinity) <= most
