/** `vrrp_track_process NAME { … }`: processes that are tracked. */

import { type Duration, seconds } from '../../base/time.ts'
import type { Report, Span } from '../diagnostics/diagnostics.ts'
import { type Keyword, section, table, value } from '../syntax/keyword.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import type { Node } from '../syntax/tree.ts'
import { flag, lenient, optionalChoice } from '../values/basic.ts'
import { quotedWords } from '../values/command.ts'
import { integer, LONGEST_SECONDS, secondsBetween } from '../values/number.ts'
import {
  asQuoted,
  asWord,
  block,
  inSeconds,
  nothing,
  type Printers,
  printFields,
  when,
} from '../values/printing.ts'
import { checkNeeded, readValues, type Values } from '../values/values.ts'
import { weightUpTo, weightWords } from '../values/weight.ts'

const delaySeconds = secondsBetween({ minimum: 0.000001, maximum: Math.min(3600, LONGEST_SECONDS) })

const keywords = {
  process: value('process', 3, quotedWords('COMMAND …'), 'what to look for'),
  paramMatch: value('param_match', 3, optionalChoice(['initial', 'partial']), 'how parameters are compared'),
  weight: value('weight', 3, lenient(weightUpTo(254)), 'added to the priority; 0: failure means FAULT', {
    default: '0',
  }),
  quorum: value('quorum', 3, integer({ minimum: 1, maximum: 65_535 }), 'how many must run', { default: '1' }),
  quorumMax: value('quorum_max', 3, integer({ minimum: 0, maximum: 65_535 }), 'how many may run'),
  delay: value('delay', 3, delaySeconds, 'seconds until a change counts'),
  terminateDelay: value('terminate_delay', 3, delaySeconds, 'seconds until too few count'),
  forkDelay: value('fork_delay', 3, delaySeconds, 'seconds until enough count'),
  fullCommand: value('full_command', 3, flag, 'compare the whole command line'),
}

export const vrrpTrackProcess: Keyword = section(
  'vrrp_track_process',
  3,
  table(Object.values(keywords)),
  'processes that are tracked',
  { syntax: 'NAME', naming: 'needed', oneOf: ['process'], process: 'vrrp' },
)

/** A `vrrp_track_process` block. */
export interface TrackProcess {
  readonly name: string
  /** The program as it is written, and its parameters. */
  readonly program: string
  readonly parameters: readonly string[]
  /**
   * - `name`: by the process's name only
   * - `exact`: by the whole command line
   * - `partial`: it may have more parameters
   * - `initial`: and its last one that is compared may go on
   */
  readonly match: 'name' | 'exact' | 'partial' | 'initial'
  readonly weight: number
  readonly reverse: boolean
  /** So many must run, and no more than `quorumMax` may. */
  readonly quorum: number
  readonly quorumMax?: number
  /** How long the quorum must be lost, or reached, until that counts. */
  readonly terminateDelay: Duration
  readonly forkDelay: Duration
  readonly span: Span
}

/** Undefined for a block without a process. */
export function resolveTrackProcess(node: Node, report: Report): TrackProcess | undefined {
  const [, name] = node.statement.words
  const values = readValues(node.nodes, report)
  checkNeeded(node, report)
  const command = values.last(keywords.process)
  const [program, ...parameters] = command ?? []
  if (name === undefined || program === undefined) return undefined
  const weight = values.last(keywords.weight)
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

const ofProcess: Printers<TrackProcess> = {
  name: nothing,
  program: (program, { parameters }) => [`process ${[program, ...parameters].map(asQuoted).join(' ')}`],
  parameters: nothing,
  match: (match, { parameters }) =>
    match === 'initial' || match === 'partial'
      ? [`param_match ${match}`]
      : when(match === 'exact' && parameters.length === 0, 'full_command'),
  weight: (weight, { reverse }) => when(weight !== 0 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  quorum: (quorum) => when(quorum > 1, `quorum ${quorum}`),
  quorumMax: (most) => [`quorum_max ${most}`],
  terminateDelay: (delay) => when(delay !== 0, `terminate_delay ${inSeconds(delay)}`),
  forkDelay: (delay) => when(delay !== 0, `fork_delay ${inSeconds(delay)}`),
  span: nothing,
}

export const trackProcessBlock = (process: TrackProcess): readonly string[] =>
  block(`vrrp_track_process ${asWord(process.name)}`, printFields(ofProcess, process))
