/** Everything about one instance, one subject a line. Pure. */

import { printable } from '../base/printable.ts'
import type { InstanceReport, RunReport, TrackerReport } from '../control/report.ts'
import { addressCell, plain, presenceCell, prioritySum, stateCell } from './cells.ts'
import { flow, words, type Cell } from '../base/layout.ts'
import { counterPieces } from './counter-words.ts'
import type { ViewOptions } from './view-options.ts'

const INDENT = '  '
const LABEL_WIDTH = 11

export function instanceDetail(instance: InstanceReport, options: ViewOptions): readonly string[] {
  const { width, colour, time } = options
  const since = time(instance.since)
  const title: readonly Cell[] = [
    { text: printable(instance.name), colour: 'bold' },
    plain('is'),
    stateCell(instance),
    plain(`since ${since.at}`),
    plain(`(${since.ago})`),
  ]
  return [
    ...flow(title, '', '', width, colour),
    ...line('because', words(printable(instance.because)), '', options),
    ...drainedLine(instance, options),
    ...line('router', place(instance), ',', options),
    ...line('priority', words(prioritySum(instance)), '', options),
    ...line('preempt', words(printable(instance.preempt.because)), '', options),
    ...line('master', master(instance, options), ',', options),
    ...line('addresses', addresses(instance), ',', options),
    ...routing(instance, options),
    ...instance.trackers.flatMap((tracker) => trackerLines(tracker, options)),
    ...line('takeover', takeover(instance), '', options),
    ...line('counters', counterPieces(instance.counters), ',', options),
    ...historyLines(instance, options),
  ]
}

function line(
  label: string,
  pieces: readonly Cell[],
  separator: string,
  { width, colour }: ViewOptions,
): readonly string[] {
  if (pieces.length === 0) return []
  const indent = ' '.repeat(INDENT.length + LABEL_WIDTH)
  const [first = '', ...rest] = flow(pieces, separator, indent, width, colour)
  return [`${INDENT}${label}`.padEnd(indent.length) + first.slice(indent.length), ...rest]
}

function drainedLine({ drained }: InstanceReport, options: ViewOptions): readonly string[] {
  if (drained === null) return []
  const until = drained.until === null ? 'vrrpd resume' : `${options.time(drained.until).at}, or vrrpd resume`
  return line('drained', words(`until ${until}`), '', options)
}

const place = ({ interface: link, vrid, version, group }: InstanceReport): readonly Cell[] =>
  [
    `VRID ${vrid}`,
    ...(version === 3 ? ['version 3'] : []),
    `interface ${link}`,
    ...(group === null ? [] : [`sync group ${group}`]),
  ].map(plain)

function master({ state, master: heard, rivals }: InstanceReport, { time }: ViewOptions): readonly Cell[] {
  const others = rivals.map((rival): Cell => ({
    text: `AND ${rival.address} (${rival.priority})`,
    colour: 'red',
  }))
  if (state === 'MASTER') return [plain('this host'), ...others]
  if (heard === null) return [plain('none heard'), ...others]
  const { address, priority, since, lastHeard } = heard
  const facts = [
    `${address} with priority ${priority}`,
    `since ${time(since).at}`,
    `last heard ${time(lastHeard).ago} ago`,
  ]
  return [...facts.map(plain), ...others]
}

const addresses = (instance: InstanceReport): readonly Cell[] =>
  instance.addresses.length === 0
    ? [plain('none')]
    : instance.addresses.map((address) => addressCell(instance, address))

/** One a line: they are long. */
function routing(instance: InstanceReport, options: ViewOptions): readonly string[] {
  const { routes, rules } = instance
  const lines = (label: string, all: readonly Cell[]): readonly string[] =>
    all.flatMap((cell, index) => line(index === 0 ? label : '', [cell], '', options))
  return [
    ...lines(
      'routes',
      routes.map(({ route, present }) => presenceCell(instance, route, present)),
    ),
    ...lines(
      'rules',
      rules.map(({ rule, present }) => presenceCell(instance, rule, present)),
    ),
  ]
}

function trackerLines(tracker: TrackerReport, options: ViewOptions): readonly string[] {
  const { kind, name, weight, reverse, verdict, value, run } = tracker
  const bad = verdict === (reverse && value === null ? 'up' : 'down') || verdict === 'disabled'
  const influence = weight === 0 ? 'or FAULT' : `weight ${weight}`
  const pieces: Cell[] = [
    { text: `${printable(name)} ${value ?? verdict.toUpperCase()}`, colour: bad ? 'red' : undefined },
    plain(`${influence}${reverse ? ' reverse' : ''}`),
  ]
  if (run !== null) pieces.push(...runPieces(run, options))
  const output = run !== null && bad && run.output !== '' ? words(printable(`says: ${run.output}`)) : []
  return [...line(kind, pieces, ',', options), ...line('', output, '', options)]
}

function runPieces(run: RunReport, { time }: ViewOptions): readonly Cell[] {
  const { result, durationMs, running, nextAt, skipped } = run
  return [
    ...(result === null ? [] : [result]),
    ...(durationMs === null ? [] : [`took ${Math.round(durationMs)} ms`]),
    ...(running ? ['running now'] : []),
    ...(nextAt === null ? [] : [`next in ${time(nextAt).ago}`]),
    ...(skipped > 0 ? [`${skipped} runs skipped`] : []),
  ].map(plain)
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** How long the addresses are unserved when a master goes. */
function takeover({ timers, state }: InstanceReport): readonly Cell[] {
  const { advertIntervalMs, masterIntervalMs = advertIntervalMs, masterDownIntervalMs, skewTimeMs } = timers
  const learned =
    masterIntervalMs === advertIntervalMs
      ? ''
      : ` (the master's interval is ${inSeconds(masterIntervalMs)}, ours ${inSeconds(advertIntervalMs)})`
  return state === 'MASTER'
    ? words(`an advert every ${inSeconds(timers.advertIntervalMs)} tells the others not to`)
    : words(
        `here ${inSeconds(masterDownIntervalMs)} after the master's last advert, ${inSeconds(skewTimeMs)} when it leaves${learned}`,
      )
}

/** The newest first: what one looks for. */
function historyLines({ history }: InstanceReport, options: ViewOptions): readonly string[] {
  return history.toReversed().flatMap(({ at, from, to, because }, index) => {
    const text = `${options.time(at).at}  ${from} > ${to}  ${because}`
    return line(index === 0 ? 'history' : '', words(printable(text)), '', options)
  })
}
