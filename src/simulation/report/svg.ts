/**
 * A simulation as a picture: lanes of states over time, a lane for each instance of each host, then one for the
 * addresses that behave alike. SVG 1.1 without scripts, fonts or files of its own; colours follow
 * prefers-color-scheme, and letters and hatching say what colours say. Pure.
 */

import { foldForReaders, type Alike } from './alike.ts'
import { isChange, lanesOf } from './lanes.ts'
import type { Observed } from './observed.ts'
import type { SimulationReport } from './report.ts'
import {
  CHARACTER_WIDTH,
  definitions,
  escaped,
  label,
  MARGIN,
  number,
  PADDING,
  PLOT_WIDTH,
  ROW_HEIGHT,
  shortened,
  style,
  text,
  xOf,
  type Place,
} from './svg-drawing.ts'
import { addressRows, instanceRows, labelWidthOf } from './svg-lanes.ts'
import { alikeWords, doubledWords, formatTime, listed, unservedWords } from './words.ts'

/** Half of the last tick's label stands in it. */
const RIGHT_MARGIN = 28
/** Its letters are larger. */
const HEADING_SCALE = 0.65
/** With more, they are narrower. */
const FEW_LANES = 24
/** A label that finds no room in so many rows is told when its mark is pointed at. */
const MOST_LABEL_ROWS = 6
const MOST_LABEL_CHARACTERS = 56

/**
 * @param report made of `observed`
 * @returns a whole document, well-formed whatever the names hold
 */
export function renderSvg(observed: Observed, report: SimulationReport): string {
  const lanes = lanesOf(observed)
  const addresses = foldForReaders(observed, report.addresses)
  const place: Place = {
    left: MARGIN + labelWidthOf(lanes, addresses),
    until: observed.until,
    pitch: lanes.length + addresses.length > FEW_LANES ? 17 : 22,
  }
  const story = storyLabels(observed, place)
  const top = 72 + story.rows * ROW_HEIGHT
  const instances = instanceRows(lanes, top + 6, place)
  const served = addressRows(addresses, observed, instances.bottom + 8, place)
  const { bottom } = served
  const width = place.left + PLOT_WIDTH + RIGHT_MARGIN
  const height = bottom + 30
  const title = titleOf(observed)
  const marks = storyMarks(story, top, bottom)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(descriptionOf(observed, report, addresses))}</desc>`,
    `<style>${style()}</style>`,
    definitions(),
    `<rect class="paper" width="${width}" height="${height}"/>`,
    label(MARGIN, 26, 'heading', title, (width - 2 * MARGIN) * HEADING_SCALE),
    ...legend(MARGIN, 40),
    ...axis(top, bottom, place),
    ...instances.shapes,
    ...served.shapes,
    ...marks.lines,
    ...instances.words,
    ...served.words,
    ...marks.words,
    '</svg>',
  ].join('\n')}\n`
}

const titleOf = ({ hosts, until }: Observed): string => `Simulation of ${listed(hosts)} for ${until} s`

function descriptionOf({ until }: Observed, { findings }: SimulationReport, all: readonly Alike[]): string {
  const served = all.map((alike) => {
    const owners = alike.tenures.map(
      ({ hosts, from }) => `${hosts.length === 0 ? 'nobody' : listed(hosts)} from ${formatTime(from)} s`,
    )
    return `${alikeWords(alike)}: ${owners.join(', ')}; ${unservedWords(alike, until)}; ${doubledWords(alike, until)}.`
  })
  return [...served, ...findings.map((finding) => `Finding: ${finding}.`)].join(' ')
}

/** Seconds between two ticks; the first with ten or fewer of them. */
const TICKS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600,
]

function axis(top: number, bottom: number, place: Place): readonly string[] {
  const { until } = place
  const step = TICKS.find((each) => until / each <= 12) ?? until / 10
  const ticks = Array.from({ length: Math.floor(until / step) + 1 }, (_, at) => at * step)
  const lines = ticks.map((time) => `M${number(xOf(time, place))} ${top}V${bottom}`)
  return [
    `<path class="grid" d="${lines.join('')}"/>`,
    ...ticks.map((time) => text(xOf(time, place), bottom + 16, 'tick', `${Number(time.toFixed(2))} s`)),
  ]
}

interface StoryLabel {
  readonly x: number
  /** Undefined where all rows are taken. */
  readonly row: number | undefined
  readonly short: string
  readonly full: string
  readonly anchor: 'start' | 'end'
}

interface Story {
  readonly labels: readonly StoryLabel[]
  readonly rows: number
}

/** What befell at one time has one label, in the first row in which nothing is in its way. */
function storyLabels({ events }: Observed, place: Place): Story {
  const times = new Map<number, string[]>()
  for (const event of events.filter((each) => !isChange(each))) {
    const words = `${event.host === null ? '' : `${event.host}: `}${event.because}`
    times.set(event.time, [...(times.get(event.time) ?? []), words])
  }
  const ends: number[] = []
  const labels = [...times].map(([time, all]): StoryLabel => {
    const words = all.join('; ')
    const short = shortened(words, MOST_LABEL_CHARACTERS)
    const x = xOf(time, place)
    const width = short.length * CHARACTER_WIDTH + 2 * PADDING
    const anchor = x + width > place.left + PLOT_WIDTH ? 'end' : 'start'
    const from = anchor === 'start' ? x : x - width
    const free = Array.from({ length: MOST_LABEL_ROWS }, (_, row) => row).find(
      (row) => (ends[row] ?? 0) <= from,
    )
    if (free !== undefined) ends[free] = from + width
    return { x, row: free, short, full: `${formatTime(time)} s: ${words}`, anchor }
  })
  return { labels, rows: ends.length }
}

function storyMarks(
  { labels, rows }: Story,
  top: number,
  bottom: number,
): { readonly lines: readonly string[]; readonly words: readonly string[] } {
  const baselineOf = (row: number): number => top - 8 - (rows - 1 - row) * ROW_HEIGHT
  const lines = labels.map(({ x, row, full }) => {
    const from = row === undefined ? top - 6 : baselineOf(row) - 9
    return `<path class="mark" d="M${number(x)} ${number(from)}V${bottom}"><title>${escaped(full)}</title></path>`
  })
  const words = labels.flatMap(({ x, row, short, full, anchor }) => {
    if (row === undefined) return []
    const at = number(anchor === 'start' ? x + PADDING : x - PADDING)
    return [
      `<text class="story ${anchor}" x="${at}" y="${baselineOf(row)}"><title>${escaped(full)}</title>${escaped(short)}</text>`,
    ]
  })
  return { lines, words }
}

function legend(x: number, y: number): readonly string[] {
  const entries = [
    ['master', 'M', 'MASTER'],
    ['backup', 'B', 'BACKUP'],
    ['fault', 'F', 'FAULT'],
    ['init', 'I', 'INIT'],
    ['unserved', '', 'nobody has the address'],
    ['doubled', '', 'several hosts have it'],
  ] as const
  let at = x
  return entries.map(([kind, letter, words]) => {
    const left = at
    at += 24 + words.length * CHARACTER_WIDTH + 16
    const inside = letter === '' ? '' : text(left + 9, y + 11, `in ${kind}-text`, letter)
    return `<rect class="${kind}" x="${number(left)}" y="${y}" width="18" height="14"/>${inside}${text(left + 24, y + 11, 'label', words)}`
  })
}
