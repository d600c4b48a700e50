/** `track_file NAME { … }`: a file whose number is tracked. */

import type { Report, Span } from '../diagnostics/diagnostics.ts'
import { type Keyword, section, table, value } from '../syntax/keyword.ts'
import { spanOf } from '../syntax/line.ts'
import type { Node } from '../syntax/tree.ts'
import { lenient, text, words } from '../values/basic.ts'
import { readInteger } from '../values/number.ts'
import { asWord, block, nothing, type Printers, printFields, when } from '../values/printing.ts'
import { checkNeeded, readValues, type Values } from '../values/values.ts'
import { weightUpTo, weightWords } from '../values/weight.ts'

const keywords = {
  file: value('file', 3, lenient(text('PATH')), 'the file that holds a number'),
  weight: value(
    'weight',
    3,
    lenient(weightUpTo(254)),
    'the number is multiplied by it; 0: any number but 0 means FAULT',
    { default: '1' },
  ),
  initFile: value('init_file', 3, words('[NUMBER] [overwrite]'), 'make the file at start'),
}

const fileKeywords = table(Object.values(keywords))

export const trackFileSection: Keyword = section(
  'track_file',
  3,
  fileKeywords,
  'a file whose number is tracked',
  { syntax: 'NAME', naming: 'needed', oneOf: ['file'] },
)
export const vrrpTrackFileSection: Keyword = section('vrrp_track_file', 3, fileKeywords, 'the same', {
  syntax: 'NAME',
  naming: 'needed',
  oneOf: ['file'],
  renamed: 'track_file',
})

/** A `track_file` block. */
export interface TrackFile {
  readonly name: string
  readonly path: string
  /** What the number in the file is multiplied by; zero: any other number than 0 means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  /** `init_file`: what the file is made with at start, also in place of an older one with `overwrite`. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean }
  readonly span: Span
}

export const isTrackFile = ({ keyword }: Node): boolean =>
  keyword === trackFileSection || keyword === vrrpTrackFileSection

/** Undefined for a block without a file, which keepalived leaves out. */
export function resolveTrackFile(node: Node, report: Report): TrackFile | undefined {
  const [, name] = node.statement.words
  const values = readValues(node.nodes, report)
  checkNeeded(node, report)
  const path = values.last(keywords.file)
  if (name === undefined || path === undefined) return undefined
  const weight = values.last(keywords.weight)
  const initial = initialOf(values, report)
  return {
    name: name.text,
    path,
    weight: weight?.weight ?? 1,
    reverse: weight?.reverse ?? false,
    ...(initial && { initial }),
    span: spanOf(name),
  }
}

const ANY_INTEGER = { minimum: -2_147_483_647, maximum: 2_147_483_647 }

/** `[NUMBER] [overwrite]`, in either order. */
function initialOf(values: Values, report: Report): TrackFile['initial'] {
  const given = values.last(keywords.initFile)
  if (given === undefined) return undefined
  const [number] = given.filter(({ text }) => text !== 'overwrite')
  const value = number === undefined ? 0 : readInteger(number, ANY_INTEGER, '0 is used', report)
  return { value: value ?? 0, overwrite: given.some(({ text }) => text === 'overwrite') }
}

const ofFile: Printers<TrackFile> = {
  name: nothing,
  path: (path) => [`file ${asWord(path)}`],
  weight: (weight, { reverse }) => when(weight !== 1 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  initial: ({ value, overwrite }) => [`init_file ${value}${overwrite ? ' overwrite' : ''}`],
  span: nothing,
}

export const trackFileBlock = (file: TrackFile): readonly string[] =>
  block(`track_file ${asWord(file.name)}`, printFields(ofFile, file))
