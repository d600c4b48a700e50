/** Columns of counters, with ipvsadm's abbreviations. Pure. Measured, ipvsadm 1.31. */

/** From here on down, thousands are cut off (never rounded): 100 000 000 is `100000K`. */
const UNITS = [
  { from: 100_000_000_000_000n, by: 1_000_000_000_000n, letter: 'T' },
  { from: 100_000_000_000n, by: 1_000_000_000n, letter: 'G' },
  { from: 1_000_000_000n, by: 1_000_000n, letter: 'M' },
  { from: 100_000_000n, by: 1_000n, letter: 'K' },
] as const

/** Nine columns, at least one blank before what fits into them; a number that does not fit is not cut. */
export function counter(value: bigint, exact: boolean): string {
  if (exact) {
    const digits = String(value)
    return digits.length <= 8 ? digits.padStart(9) : ` ${digits}`
  }
  const unit = UNITS.find(({ from }) => value >= from)
  return unit === undefined
    ? String(value).padStart(9)
    : `${String(value / unit.by).padStart(8)}${unit.letter}`
}
