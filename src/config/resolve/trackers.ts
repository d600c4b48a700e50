/** Blocks of things to track, and blocks that are read and not acted on yet but whose gaps keepalived minds. */

import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { Keyword } from '../syntax/keyword.ts'
import { bfdInstance } from '../keywords/bfd.ts'
import { garpGroup } from '../keywords/garp-group.ts'
import * as keywords from '../keywords/trackers.ts'
import { spanOf } from '../syntax/line.ts'
import type { TrackFile, TrackProcess } from '../model.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'
import { readInteger } from '../values/number.ts'
import { readValues, type Values } from '../values/values.ts'

/** One of these keywords has to be there. */
const NEEDED: readonly { readonly block: Keyword; readonly one: readonly string[] }[] = [
  { block: keywords.trackFileBlock, one: ['file'] },
  { block: keywords.vrrpTrackFileBlock, one: ['file'] },
  { block: keywords.trackProcessBlock, one: ['process'] },
  { block: garpGroup, one: ['garp_interval', 'gna_interval'] },
  { block: bfdInstance, one: ['neighbor_ip', 'neighbour_ip'] },
]

export function checkNeeded(node: Node, report: Report): void {
  const needed = NEEDED.find(({ block }) => block === node.keyword)?.one
  if (needed === undefined || node.nodes.some(({ keyword }) => needed.includes(keyword.name))) return
  const message = `this ${node.keyword.name} has no ${needed.join(' or ')}: the whole block is ignored`
  report(errorAt(node.statement.words[0], 'missing-value', message, { related: endsHere(node) }))
}

export const isTrackFile = ({ keyword }: Node): boolean =>
  keyword === keywords.trackFileBlock || keyword === keywords.vrrpTrackFileBlock

/** Undefined for a block without a file, which keepalived leaves out. */
export function resolveTrackFile(node: Node, report: Report): TrackFile | undefined {
  const [, name] = node.statement.words
  const values = readValues(node.nodes, report)
  checkNeeded(node, report)
  const path = values.last(keywords.file)
  if (name === undefined || path === undefined) return undefined
  const weight = values.last(keywords.fileWeight)
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

/** Undefined for a block without a process. */
export function resolveTrackProcess(node: Node, report: Report): TrackProcess | undefined {
  const [, name] = node.statement.words
  const values = readValues(node.nodes, report)
  checkNeeded(node, report)
  const command = values.last(keywords.trackedProgram)
  const [program, ...parameters] = command ?? []
  if (name === undefined || program === undefined) return undefined
  const weight = values.last(keywords.processWeight)
  return {
    name: name.text,
    program,
    parameters,
    match: matchOf(values, parameters),
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    ...quorumOf(values, report),
    ...delaysOf(values),
    span: spanOf(name),
  }
}

/** `param_match` without parameters asks for a command that has none. */
function matchOf(values: Values, parameters: readonly string[]): TrackProcess['match'] {
  const wanted = values.last(keywords.paramMatch)
  if (wanted === 'initial' || wanted === 'partial') return parameters.length > 0 ? wanted : 'exact'
  const whole = parameters.length > 0 || values.has(keywords.fullCommand) || wanted !== undefined
  return whole ? 'exact' : 'name'
}

/** Where `quorum_max 0` asks for none at all, none are needed. */
function quorumOf(values: Values, report: Report): Pick<TrackProcess, 'quorum' | 'quorumMax'> {
  const quorum = values.last(keywords.quorum)
  const most = values.lastGiven(keywords.quorumMax)
  if (most === undefined) return { quorum: quorum ?? 1 }
  if (most.value < (quorum ?? 0)) {
    const message = 'quorum_max is less than quorum: the line is ignored'
    report(errorAt(most.node.statement.words[0], 'value-out-of-range', message))
    return { quorum: quorum ?? 1 }
  }
  return { quorum: quorum ?? Math.min(1, most.value), quorumMax: most.value }
}

/** Each line sets what it names, in the file's order. */
function delaysOf(values: Values): Pick<TrackProcess, 'terminateDelay' | 'forkDelay'> {
  const both = values.lastGiven(keywords.delay)
  const later = (keyword: typeof keywords.delay): TrackProcess['forkDelay'] => {
    const own = values.lastGiven(keyword)
    if (own === undefined || (both !== undefined && both.order > own.order)) return both?.value ?? seconds(0)
    return own.value
  }
  return { terminateDelay: later(keywords.terminateDelay), forkDelay: later(keywords.forkDelay) }
}
