/** A simulation for people at a terminal: what happened, then who had which address when. Pure. */

import { paint, wrap, type Cell, type Colour } from '../../base/layout.ts'
import { printable } from '../../base/printable.ts'
import { foldForReaders, type Alike } from './alike.ts'
import { overlapFor, patienceFor } from './bounds.ts'
import { lengthOf, longestLength, type Tenure } from './intervals.ts'
import type { Observed, ObservedEvent, State } from './observed.ts'
import type { SimulationReport } from './report.ts'
import { abridged, alikeWords, doubledWords, formatTime, listed, spanWords, unservedWords } from './words.ts'

export interface TimelineOptions {
  /** Of the terminal, in columns. Only a word that is longer than what a line has room for goes beyond it. */
  readonly width: number
  readonly colour: boolean
}

/**
 * Three sections: events, addresses, findings. Each line ends with a line feed.
 *
 * @param report made of `observed`
 */
export function renderTimeline(
  observed: Observed,
  report: SimulationReport,
  options: TimelineOptions,
): string {
  const sections = [
    eventLines(observed.events, options),
    ...foldForReaders(observed, report.addresses).map((alike) => addressLines(alike, observed, options)),
    findingLines(report.findings, options),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

/** What is said of one moment and host: changes that differ only in their instance are one. */
interface Told extends Pick<ObservedEvent, 'time' | 'host' | 'from' | 'to' | 'because'> {
  /** Empty for what befell the world or the host. */
  readonly instances: readonly string[]
}

const MIN_WIDTH = 20
/** A longer name has a line of its own. */
const MOST_HOST_WIDTH = 24
/** Before what befell the world or a host: everything else follows from these. */
const MARK = '* '

/** An event of the moment and host of the one above it shows neither again. */
function eventLines(events: readonly ObservedEvent[], options: TimelineOptions): readonly string[] {
  const all = folded(events)
  if (all.length === 0) return ['Nothing happened.']
  const titles = ['SECONDS', 'HOST', 'WHAT HAPPENED, AND WHY'] as const
  const hosts = all.map((each) => hostWords(each).length).filter((length) => length <= MOST_HOST_WIDTH)
  const widths = [
    Math.max(titles[0].length, ...all.map(({ time }) => formatTime(time).length)),
    Math.max(titles[1].length, ...hosts),
  ] as const
  const head = (time: string, host: string): string =>
    `${time.padStart(widths[0])}  ${host.padEnd(widths[1])}  `
  const title = paint({ text: head(titles[0], titles[1]) + titles[2], colour: 'bold' }, options.colour)
  const lines = all.flatMap((each, at) => {
    const last = all[at - 1]
    const same = last?.time === each.time && last.host === each.host
    return eventLine(
      each,
      same ? head('', '') : head(formatTime(each.time), hostWords(each)),
      head('', '').length,
      options,
    )
  })
  return [title, ...lines]
}

const hostWords = ({ host }: Told): string => (host === null ? '-' : printable(host))

function eventLine(
  told: Told,
  head: string,
  indent: number,
  { width, colour }: TimelineOptions,
): readonly string[] {
  const mark = told.to === null ? MARK : ' '.repeat(MARK.length)
  const room = Math.max(MIN_WIDTH, width - indent - MARK.length)
  const lines = wrap(eventWords(told), room).map((text) => paint({ text, colour: colourOf(told.to) }, colour))
  const [first = '', ...others] = lines
  const rest = others.map((line) => ' '.repeat(indent + MARK.length) + line)
  // A long host name.
  if (head.length > indent) return [head.trimEnd(), ' '.repeat(indent) + mark + first, ...rest]
  return [head + mark + first, ...rest]
}

/** As `vrrpd events` says it. */
function eventWords({ instances, from, to, because }: Told): string {
  const names = abridged(instances, 3)
  const why = printable(because)
  if (to === null) return [names, why].filter((part) => part !== '').join(': ')
  const [is, was] = instances.length === 1 ? ['is', 'was'] : ['are', 'were']
  const before = from === null ? '' : ` (${was} ${from})`
  return `${names} ${is} ${to}${before}${why === '' ? '' : `: ${why}`}`
}

/** What befalls comes before what follows from it, so nothing is folded across that. */
function folded(events: readonly ObservedEvent[]): readonly Told[] {
  const told: Told[] = []
  /** Of the moment at hand: where each kind of change stands. */
  const places = new Map<string, number>()
  for (const { instance, ...event } of events) {
    if (told.at(-1)?.time !== event.time || instance === null || event.to === null) places.clear()
    const key = JSON.stringify([event.host, event.from, event.to, event.because])
    const place = places.get(key)
    const same = place === undefined ? undefined : told[place]
    if (place !== undefined && same && instance !== null) {
      told[place] = { ...same, instances: [...same.instances, instance] }
      continue
    }
    if (instance !== null && event.to !== null) places.set(key, told.length)
    told.push({ ...event, instances: instance === null ? [] : [instance] })
  }
  return told
}

function colourOf(state: State | null): Colour {
  switch (state) {
    case 'MASTER':
      return 'green'
    case 'FAULT':
      return 'red'
    case 'STOP':
      return 'yellow'
    case null:
      return 'bold'
    case 'INIT':
    case 'BACKUP':
      return undefined
  }
}

const INDENT = '  '
/** An address that changes hands more often shows its first and last owners; `--json` has all. */
const FIRST_SHOWN = 16
const LAST_SHOWN = 4

function addressLines(
  alike: Alike,
  { until }: Observed,
  { width, colour }: TimelineOptions,
): readonly string[] {
  const { tenures, unserved, doubled } = alike
  const title = wrap(alikeWords(alike), width).map((text) => paint({ text, colour: 'bold' }, colour))
  const rows = tenures.map((tenure) => tenureLines(tenure, alike, until, { width, colour }))
  const hidden = rows.length - FIRST_SHOWN - LAST_SHOWN
  const shown =
    hidden > 1
      ? [...rows.slice(0, FIRST_SHOWN), [`${INDENT}… ${hidden} more …`], ...rows.slice(-LAST_SHOWN)]
      : rows
  const sums: readonly Cell[] = [
    {
      text: unservedWords(alike, until),
      colour: longestLength(unserved, until) > patienceFor(alike) ? 'red' : undefined,
    },
    {
      text: doubledWords(alike, until),
      colour: longestLength(doubled, until) > overlapFor(alike) ? 'red' : undefined,
    },
  ]
  return [...title, ...shown.flat(), ...sums.flatMap((cell) => prose(cell, width, colour))]
}

/** `10.000 to the end    50 s  b` */
function tenureLines(
  tenure: Tenure,
  alike: Alike,
  until: number,
  { width, colour }: TimelineOptions,
): readonly string[] {
  const { hosts, from, to } = tenure
  const end = to === null ? THE_END : formatTime(to)
  const spanWidth = Math.max(...alike.tenures.map((each) => spanWords(each, until).length))
  const timeWidth = Math.max(THE_END.length, formatTime(until).length)
  const times = `${formatTime(from).padStart(timeWidth)} to ${end.padStart(timeWidth)}`
  const head = `${INDENT}${times}  ${spanWords(tenure, until).padStart(spanWidth)}  `
  const who = wrap(hosts.length === 0 ? 'nobody' : listed(hosts), Math.max(MIN_WIDTH, width - head.length))
  const painted = who.map((text) => paint({ text, colour: tenureColour(tenure, alike, until) }, colour))
  return painted.map((line, at) => (at === 0 ? head : ' '.repeat(head.length)) + line)
}

const THE_END = 'the end'
function tenureColour(tenure: Tenure, alike: Alike, until: number): Colour {
  const length = lengthOf(tenure, until)
  if (tenure.hosts.length === 1) return undefined
  return length > (tenure.hosts.length === 0 ? patienceFor(alike) : overlapFor(alike)) ? 'red' : 'yellow'
}

const prose = ({ text, colour }: Cell, width: number, colours: boolean): readonly string[] =>
  wrap(text, Math.max(MIN_WIDTH, width - INDENT.length)).map(
    (line) => INDENT + paint({ text: line, colour }, colours),
  )

function findingLines(findings: readonly string[], { width, colour }: TimelineOptions): readonly string[] {
  if (findings.length === 0) return [paint({ text: 'No findings.', colour: 'bold' }, colour)]
  const title = findings.length === 1 ? '1 finding:' : `${findings.length} findings:`
  const lines = findings.flatMap((text) =>
    wrap(printable(text), Math.max(MIN_WIDTH, width - INDENT.length * 2)).map((line, at) =>
      at === 0 ? `${INDENT}- ${line}` : `${INDENT}  ${line}`,
    ),
  )
  return [paint({ text: title, colour: 'bold' }, colour), ...lines]
}
