/** `vrrp_script NAME { … }`: checks that instances and groups may track. */

import { type Duration, seconds } from '../../base/time.ts'
import type { Report, Span } from '../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, section, table, value } from '../syntax/keyword.ts'
import { spanOf } from '../syntax/line.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'
import { argument, flag } from '../values/basic.ts'
import { type Command, command, scriptUserArguments, userWords } from '../values/command.ts'
import { instead, integer, readSeconds } from '../values/number.ts'
import {
  asCommand,
  asWord,
  block,
  inSeconds,
  nothing,
  type Printers,
  printFields,
  when,
} from '../values/printing.ts'
import { readValues } from '../values/values.ts'
import { scriptWeight, weightWords } from '../values/weight.ts'

/**
 * `interval` and `timeout`: up to 2.3.1 keepalived takes whole seconds and ignores the rest; since 2.3.2
 * milliseconds, as here.
 */
const checkSeconds: Arguments<Duration> = {
  syntax: '0.001..4294 s',
  needed: 1,
  read(statement, report) {
    const given = argument(statement)
    if (given === undefined) return undefined
    const value = readSeconds(given, { minimum: 0, maximum: 4294 }, 'the line is ignored', report)
    if (value === 0) {
      report(errorAt(given, 'value-out-of-range', 'more than 0 seconds are expected here; 1 s is used'))
      return seconds(1)
    }
    if (value !== undefined && given.text.includes('.')) {
      const message = 'keepalived before 2.3.2 takes whole seconds here and would ignore the line'
      report(noteAt(given, 'newer-keyword', message, { inKeepalived: 'config' }))
    }
    return value
  },
}

const COUNT = { minimum: 1, maximum: 2_147_483_647 }

const keywords = {
  script: value(
    'script',
    1,
    command,
    'the program to run; exit code 0 is success; "</path": whether that file can be opened',
  ),
  interval: value('interval', 1, checkSeconds, 'seconds from one start to the next', { default: '1' }),
  timeout: value('timeout', 2, checkSeconds, 'seconds after which a run is ended and counts as failed', {
    default: 'the interval',
  }),
  weight: value('weight', 1, scriptWeight, 'added to the priority; 0: failure means FAULT', { default: '0' }),
  rise: value('rise', 1, integer(COUNT, instead(1, '1 is used')), 'successes in a row that end a failure', {
    default: '1',
  }),
  fall: value('fall', 1, integer(COUNT, instead(1, '1 is used')), 'failures in a row that end success', {
    default: '1',
  }),
  user: value('user', 2, scriptUserArguments, 'who runs it', {
    default: 'script_user',
  }),
  initFail: value('init_fail', 3, flag, 'failed until the first success'),
}

export const vrrpScript: Keyword = section(
  'vrrp_script',
  1,
  table(Object.values(keywords)),
  'a check that instances and groups may track',
  { syntax: 'NAME', naming: 'needed', process: 'vrrp' },
)

export interface VrrpScript {
  readonly name: string
  readonly command: Command
  readonly interval: Duration
  /** The interval when the file gives none. */
  readonly timeout: Duration
  /** -253..253; zero: failure means FAULT. */
  readonly weight: number
  readonly reverse: boolean
  readonly rise: number
  readonly fall: number
  readonly initFail: boolean
  readonly span: Span
  /** The brace that ends the block. */
  readonly end?: Span
}

/** Undefined for a block without a program: keepalived removes it. */
export function resolveScript(node: Node, report: Report): VrrpScript | undefined {
  const { statement, nodes, end } = node
  const [, name] = statement.words
  const values = readValues(nodes, report)
  const command = values.last(keywords.script)
  if (name === undefined) return undefined
  if (command === undefined) {
    const message = `vrrp_script ${name.text} has no script: the whole block is ignored`
    report(errorAt(name, 'no-script', message, { related: endsHere(node) }))
    return undefined
  }
  const user = values.last(keywords.user)
  const weight = values.last(keywords.weight)
  const interval = values.last(keywords.interval) ?? seconds(1)
  return {
    name: name.text,
    command: user === undefined ? command : { ...command, user },
    interval,
    timeout: values.last(keywords.timeout) ?? interval,
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    rise: values.last(keywords.rise) ?? 1,
    fall: values.last(keywords.fall) ?? 1,
    initFail: values.has(keywords.initFail),
    span: spanOf(name),
    ...(end !== undefined && { end }),
  }
}

const ofScript: Printers<VrrpScript> = {
  name: nothing,
  command: ({ argv, user }) => [
    `script ${asCommand(argv)}`,
    ...(user === undefined ? [] : [`user ${userWords(user)}`]),
  ],
  interval: (interval) => [`interval ${inSeconds(interval)}`],
  timeout: (timeout, { interval }) => when(timeout !== interval, `timeout ${inSeconds(timeout)}`),
  weight: (weight, { reverse }) => when(weight !== 0 || reverse, weightWords(weight, reverse)),
  reverse: nothing,
  rise: (rise) => when(rise !== 1, `rise ${rise}`),
  fall: (fall) => when(fall !== 1, `fall ${fall}`),
  initFail: (initFail) => when(initFail, 'init_fail'),
  span: nothing,
  end: nothing,
}

export const scriptBlock = (script: VrrpScript): readonly string[] =>
  block(`vrrp_script ${asWord(script.name)}`, printFields(ofScript, script))

export const scriptsByName = (scripts: readonly VrrpScript[]): ReadonlyMap<string, VrrpScript> =>
  new Map(scripts.map((script) => [script.name, script]))
