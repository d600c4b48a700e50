/** Numbers in lines that follow ip(8): decimal, `0x` hexadecimal, octal with a leading zero. */
export function parseUnsigned(text: string): number | undefined {
  const match = /^[+]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text)
  const digits = match?.[1]
  if (digits === undefined) return undefined
  return /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
}
