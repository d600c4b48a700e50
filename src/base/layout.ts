/** Text in columns for a terminal. Pure. */

export type Colour = 'red' | 'green' | 'yellow' | 'bold' | undefined

/** A piece of text and how it is shown where colours are. */
export interface Cell {
  readonly text: string
  readonly colour?: Colour
}

const SGR: Readonly<Record<Exclude<Colour, undefined>, string>> = {
  bold: '1',
  red: '31',
  green: '32',
  yellow: '33',
}

export const paint = (cell: Cell, colours: boolean): string =>
  colours && cell.colour ? `\u001b[${SGR[cell.colour]}m${cell.text}\u001b[0m` : cell.text

const GAP = '  '

/** The widths of a table's columns, each that of its longest cell. */
export function columnWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.text.length ?? 0)))
}

export const tableWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1)

/** One line, no blanks at its end. */
export function tableRow(row: readonly Cell[], widths: readonly number[], colours: boolean): string {
  const padded = row.map((cell, at) => {
    const last = at === row.length - 1
    return paint(cell, colours) + (last ? '' : ' '.repeat((widths[at] ?? 0) - cell.text.length))
  })
  return padded.join(GAP).trimEnd()
}

/**
 * Pieces one after the other, on as many lines of `width` as they need; a piece is never broken.
 *
 * @param separator stands before the blank between two pieces
 */
export function flow(
  pieces: readonly Cell[],
  separator: string,
  indent: string,
  width: number,
  colours: boolean,
): readonly string[] {
  const lines: string[] = []
  let line = indent
  let used = indent.length
  for (const [at, piece] of pieces.entries()) {
    const tail = at === pieces.length - 1 ? '' : separator
    const needed = piece.text.length + tail.length
    if (used > indent.length && used + 1 + needed > width) {
      lines.push(line)
      line = indent
      used = indent.length
    }
    const gap = used > indent.length ? ' ' : ''
    line += gap + paint(piece, colours) + tail
    used += gap.length + needed
  }
  return [...lines, line]
}

export const words = (text: string): readonly Cell[] => text.split(' ').map((word) => ({ text: word }))

/** `12s`, `5m 3s`, `2h 3m`, `4d 2h`; a clock that was set back shows `0s`. */
export function formatAge(seconds: number): string {
  const left = Math.max(0, seconds)
  if (left < 60) return `${left}s`
  if (left < 3_600) return `${Math.floor(left / 60)}m ${left % 60}s`
  if (left < 86_400) return `${Math.floor(left / 3_600)}h ${Math.floor((left % 3_600) / 60)}m`
  return `${Math.floor(left / 86_400)}d ${Math.floor((left % 86_400) / 3_600)}h`
}

/** Words on as many lines of `width` as they need. */
export const wrap = (text: string, width: number): readonly string[] =>
  flow(words(text), '', '', width, false)
