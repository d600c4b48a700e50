/**
 * A line as the parser sees it, after expansion, in which every character
 * still knows where it was typed. An ordinary line is one piece; what a
 * definition or a sequence put into it are further pieces, each inside the
 * frame of its expansion.
 */

import type { Related, Span } from '../diagnostics/diagnostics.ts'

/** One use of a definition or one round of a sequence. */
export interface Frame {
  /** What is expanded: the same object again further out means that it never ends. */
  readonly of: object
  readonly depth: number
  /** What stands at the place of use: `$NAME`, `~SEQ(…)`. */
  readonly use: Span
  readonly description: string
  readonly parent: Frame | undefined
}

/** A run of characters with one origin; it ends where the next piece begins. */
export interface Piece {
  /** Index of its first character in the line's text. */
  readonly at: number
  readonly file: string
  readonly start: number
  /** Undefined: character by character as typed. Else the characters were computed from [start, end). */
  readonly end?: number
  readonly frame?: Frame
}

export interface Line {
  readonly text: string
  /** It holds a password (see secrets.ts). */
  readonly secret?: true
  readonly pieces: readonly [Piece, ...Piece[]]
}

export const typedLine = (text: string, file: string, start: number): Line => ({
  text,
  pieces: [{ at: 0, file, start }],
})

/** Characters that stand for what was typed at `span`: a random number, the name of this machine. */
export const computedLine = (text: string, span: Span, frame?: Frame): Line => ({
  text,
  pieces: [{ at: 0, file: span.file, start: span.start, end: span.end, ...(frame && { frame }) }],
})

/** The characters [from, to). */
export function sliceLine(line: Line, from: number, to: number = line.text.length): Line {
  // The beginning of an ordinary line has the same origin.
  if (from === 0 && line.pieces.length === 1) return { ...line, text: line.text.slice(0, to) }
  const [first, ...rest] = piecesOf(line, from, Math.max(from, to)).map((piece) => clipPiece(piece, from))
  return { ...line, text: line.text.slice(from, to), pieces: [first ?? line.pieces[0], ...rest] }
}

/** The piece as it stands in a line that begins at `from`. */
function clipPiece(piece: Piece, from: number): Piece {
  const cut = Math.max(0, from - piece.at)
  return {
    ...piece,
    at: piece.at + cut - from,
    start: piece.end === undefined ? piece.start + cut : piece.start,
  }
}

export function joinLines(first: Line, ...others: readonly Line[]): Line {
  return others.reduce((joined, line) => {
    if (line.text === '') return joined
    if (joined.text === '') return line
    const offset = joined.text.length
    const moved = line.pieces.map((piece) => ({ ...piece, at: piece.at + offset }))
    return { text: joined.text + line.text, pieces: [...joined.pieces, ...moved] }
  }, first)
}

/** The same characters, brought here by an expansion. */
export function inFrame(line: Line, frame: Frame): Line {
  const [first, ...rest] = line.pieces.map((piece) => ({ ...piece, frame }))
  return { text: line.text, pieces: [first ?? line.pieces[0], ...rest] }
}

/** The innermost expansion that the character at `index` comes from. */
export const frameAt = (line: Line, index: number): Frame | undefined =>
  piecesOf(line, index, index + 1)[0]?.frame

/** A part of a line, [from, to) in its text. */
export interface Place {
  readonly line: Line
  readonly from: number
  readonly to: number
}

/** What was typed for this part: inside a definition when all of it comes from there, else the place of use. */
export function spanOf({ line, from, to }: Place): Span {
  const [only, second] = line.pieces
  // An ordinary line, as nearly all are.
  if (second === undefined && only.end === undefined && only.frame === undefined)
    return { file: only.file, start: only.start + from - only.at, end: only.start + to - only.at }
  const pieces = piecesOf(line, from, to)
  const common = pieces.map((piece) => piece.frame).reduce(commonFrame)
  const spans = pieces.map((piece) => typedSpan(line, piece, common, from, to))
  const first = spans[0]
  const file = first?.file ?? line.pieces[0].file
  const inFile = spans.filter((span) => span.file === file)
  return {
    file,
    start: Math.min(...inFile.map(({ start }) => start)),
    end: Math.max(...inFile.map(({ end }) => end)),
  }
}

/** From the place that spanOf names outwards: which uses brought it into this line. */
export function expansionChain({ line, from, to }: Place): readonly Related[] {
  if (line.pieces.length === 1 && line.pieces[0].frame === undefined) return []
  const common = piecesOf(line, from, to)
    .map((piece) => piece.frame)
    .reduce(commonFrame)
  return frames(common).map((frame) => ({ span: frame.use, message: frame.description }))
}

function piecesOf(line: Line, from: number, to: number): readonly Piece[] {
  const { pieces } = line
  if (pieces.length === 1) return pieces
  const touched = pieces.filter((piece, index) => {
    const end = pieces[index + 1]?.at ?? line.text.length
    return from === to ? piece.at <= from && from <= end : piece.at < to && end > from
  })
  return touched.length > 0 ? touched : [pieces[pieces.length - 1] ?? pieces[0]]
}

/** The piece's span as seen from `common`: its own, or that of the use which brought it there. */
function typedSpan(line: Line, piece: Piece, common: Frame | undefined, from: number, to: number): Span {
  if (piece.frame !== common) {
    const inner = frames(piece.frame).find((frame) => frame.parent === common)
    if (inner !== undefined) return inner.use
  }
  if (piece.end !== undefined) return { file: piece.file, start: piece.start, end: piece.end }
  const index = line.pieces.indexOf(piece)
  const end = line.pieces[index + 1]?.at ?? line.text.length
  const first = Math.max(from, piece.at)
  const last = Math.max(first, Math.min(to, end))
  return { file: piece.file, start: piece.start + first - piece.at, end: piece.start + last - piece.at }
}

/** Innermost first. */
function frames(frame: Frame | undefined): readonly Frame[] {
  const chain: Frame[] = []
  for (let at = frame; at !== undefined; at = at.parent) chain.push(at)
  return chain
}

function commonFrame(a: Frame | undefined, b: Frame | undefined): Frame | undefined {
  if (a === b) return a
  const ofB = new Set(frames(b))
  return frames(a).find((frame) => ofB.has(frame))
}
