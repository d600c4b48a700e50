/** The picture's lanes: states of instances, and who had which addresses. Pure. */

import { printable } from '../../base/printable.ts'
import type { Alike } from './alike.ts'
import type { Interval, Tenure } from './intervals.ts'
import type { Lane, StateSpan } from './lanes.ts'
import type { Observed } from './observed.ts'
import {
  CHARACTER_WIDTH,
  escaped,
  label,
  MARGIN,
  number,
  PADDING,
  PLOT_WIDTH,
  ROW_HEIGHT,
  text,
  xOf,
  type Place,
} from './svg-drawing.ts'
import { alikeWords, formatTime, listed, spanWords } from './words.ts'

/** Words are drawn after all else, so that no line goes through them. */
export interface Rows {
  readonly shapes: readonly string[]
  readonly words: readonly string[]
  readonly bottom: number
}

/** A shorter block could not be seen. */
const LEAST_BLOCK = 1.5
/** Between two lanes. */
const GAP = 4
/** An instance stands below its host. */
const INDENT = 10
const HOST_TINTS = 6

interface Block {
  readonly interval: Interval
  /** A class of svg-drawing.ts. */
  readonly kind: string
  /** The first of them that fits is written into it. */
  readonly words: readonly string[]
  /** Shown when it is pointed at. */
  readonly told: string
}

function row(blocks: readonly Block[], y: number, place: Place): Omit<Rows, 'bottom'> {
  const height = place.pitch - GAP
  const drawn = blocks.map(({ interval, kind, words, told }) => {
    const x = xOf(interval.from, place)
    const width = Math.max(LEAST_BLOCK, xOf(interval.to ?? place.until, place) - x)
    const fitting = words.map(printable).find((each) => each.length * CHARACTER_WIDTH + 2 * PADDING <= width)
    return {
      shape: `<rect class="${kind}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${height}"><title>${escaped(told)}</title></rect>`,
      words:
        fitting === undefined ? [] : [text(x + width / 2, y + height / 2 + 4, `in ${kind}-text`, fitting)],
    }
  })
  const baseline = `<path class="baseline" d="M${number(place.left)} ${number(y + height / 2)}h${PLOT_WIDTH}"/>`
  return {
    shapes: [baseline, ...drawn.map(({ shape }) => shape)],
    words: drawn.flatMap(({ words }) => words),
  }
}

const during = (interval: Interval, until: number): string =>
  `from ${formatTime(interval.from)} s to ${interval.to === null ? 'the end' : `${formatTime(interval.to)} s`} (${spanWords(interval, until)})`

/** @param lanes as `lanesOf` orders them: those of one host together */
export function instanceRows(lanes: readonly Lane[], top: number, place: Place): Rows {
  const shapes: string[] = []
  const words: string[] = []
  let y = top
  for (const [at, lane] of lanes.entries()) {
    if (lanes[at - 1]?.host !== lane.host) {
      words.push(label(MARGIN, y + 11, 'group', lane.host, place.left - MARGIN - PADDING))
      y += ROW_HEIGHT
    }
    const drawn = row(stateBlocks(lane, place.until), y, place)
    const room = place.left - MARGIN - INDENT - PADDING
    words.push(label(MARGIN + INDENT, y + place.pitch / 2 + 2, 'label', lane.instance, room), ...drawn.words)
    shapes.push(...drawn.shapes)
    y += place.pitch
  }
  return { shapes, words, bottom: y }
}

function stateBlocks({ host, instance, spans }: Lane, until: number): readonly Block[] {
  return spans.flatMap((span, at) => {
    const { state, because } = span
    // Before a daemon's first start, nothing is there either.
    if (state === 'STOP' || (at === 0 && state === 'INIT' && because === '')) return []
    const told = `${instance} on ${host} is ${state} ${during(span, until)}${whyWords(span)}`
    // Its letter stands in a block that has no room for the word.
    return [{ interval: span, kind: state.toLowerCase(), words: [state, state.slice(0, 1)], told }]
  })
}

const whyWords = ({ because }: StateSpan): string => (because === '' ? '' : `: ${because}`)

export function addressRows(
  all: readonly Alike[],
  { hosts, until }: Observed,
  top: number,
  place: Place,
): Rows {
  if (all.length === 0) return { shapes: [], words: [], bottom: top }
  const first = top + ROW_HEIGHT
  const rows = all.map((alike, at) => {
    const y = first + at * place.pitch
    // The short and remarkable ones are drawn last, over what is beside them.
    const ordered = alike.tenures.toSorted(
      (a, b) => Number(a.hosts.length !== 1) - Number(b.hosts.length !== 1),
    )
    const blocks = ordered.map((tenure) => tenureBlock(tenure, alike, hosts, until))
    const { shapes, words } = row(blocks, y, place)
    const name = label(
      MARGIN,
      y + place.pitch / 2 + 2,
      'label',
      addressLabel(alike),
      place.left - MARGIN - PADDING,
    )
    return { shapes, words: [name, ...words] }
  })
  return {
    shapes: rows.flatMap(({ shapes }) => shapes),
    words: [text(MARGIN, top + 11, 'group', 'Virtual addresses'), ...rows.flatMap(({ words }) => words)],
    bottom: first + all.length * place.pitch,
  }
}

const addressLabel = ({ addresses }: Alike): string =>
  `${addresses[0] ?? ''}${addresses.length > 1 ? ` and ${addresses.length - 1} more` : ''}`

function tenureBlock(tenure: Tenure, alike: Alike, hosts: readonly string[], until: number): Block {
  const names = alikeWords(alike)
  const when = during(tenure, until)
  const [host = '', ...others] = tenure.hosts
  if (tenure.hosts.length === 0)
    return { interval: tenure, kind: 'unserved', words: ['nobody'], told: `nobody has ${names} ${when}` }
  if (others.length > 0) {
    const count = `${tenure.hosts.length}`
    const words = [tenure.hosts.join(' + '), `${count} hosts`, count]
    return {
      interval: tenure,
      kind: 'doubled',
      words,
      told: `${listed(tenure.hosts)} have ${names} at once ${when}`,
    }
  }
  const tint = Math.max(0, hosts.indexOf(host)) % HOST_TINTS
  return { interval: tenure, kind: `host${tint}`, words: [host], told: `${host} has ${names} ${when}` }
}

/** So much room the names of the lanes need. */
export function labelWidthOf(lanes: readonly Lane[], addresses: readonly Alike[]): number {
  const hosts = lanes.map(({ host }) => host.length * CHARACTER_WIDTH)
  const instances = lanes.map(({ instance }) => instance.length * CHARACTER_WIDTH + INDENT)
  const others = addresses.map((alike) => addressLabel(alike).length * CHARACTER_WIDTH)
  const longest = Math.max(0, ...hosts, ...instances, ...others)
  return Math.min(MOST_LABEL_WIDTH, Math.max(LEAST_LABEL_WIDTH, Math.ceil(longest) + PADDING))
}

const LEAST_LABEL_WIDTH = 120
const MOST_LABEL_WIDTH = 230
