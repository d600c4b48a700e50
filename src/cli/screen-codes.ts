/** One picture after another on a terminal, as control sequences (ECMA-48, and xterm's private modes). Pure. */

const ESCAPE = '\u001b['

/** The alternate screen keeps what was there before; no cursor; long lines are cut, not folded. */
export const screenModes: { readonly enter: string; readonly leave: string } = {
  enter: `${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}?7l`,
  leave: `${ESCAPE}?7h${ESCAPE}?25h${ESCAPE}?1049l`,
}

const HOME = `${ESCAPE}H`
const CLEAR_LINE = `${ESCAPE}K`
const CLEAR_BELOW = `${ESCAPE}J`

/** Overwrites what is there, line by line, so that nothing flickers. What does not fit is counted. */
export function picture(lines: readonly string[], rows: number): string {
  const hidden = lines.length - (rows - 1)
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), `… and ${hidden} more lines`] : lines
  return HOME + shown.map((line) => line + CLEAR_LINE).join('\n') + CLEAR_BELOW
}
