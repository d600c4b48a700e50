/** One event of the journal as text. Pure. */

import { printable } from '../base/printable.ts'
import type { EventReport } from '../control/events.ts'
import { paint, wrap, type Colour } from '../base/layout.ts'

export interface EventLineOptions {
  readonly width: number
  readonly colour: boolean
  /** Only a terminal gets long lines folded: elsewhere each event is one line. */
  readonly terminal: boolean
  /** `2026-11-21 14:02:11.204` */
  readonly time: (iso: string) => string
}

/**
 * `2026-11-21 14:02:11.205  13 < 12  VI_2 is FAULT (was MASTER): interface eth1 down`:
 * event 13, caused by event 12.
 */
export function eventLine(event: EventReport, { width, colour, terminal, time }: EventLineOptions): string {
  const { id, at, cause, text, count, until, virtualServer } = event
  // They are numbered by themselves.
  const number = (virtualServer === undefined ? String(id) : `L${id}`).padStart(4)
  const head = `${time(at)}  ${number}${cause === null ? '' : ` < ${cause}`}`.padEnd(HEAD_WIDTH)
  const times = count === 1 ? '' : ` (${count} times, the last at ${time(until)})`
  const words = printable(`${text}${times}`)
  const lines = terminal ? wrap(words, Math.max(MIN_WIDTH, width - HEAD_WIDTH)) : [words]
  const painted = lines.map((line) => paint({ text: line, colour: colourOf(event) }, colour))
  return `${head}${painted.join(`\n${' '.repeat(HEAD_WIDTH)}`)}\n`
}

/** The time, the number and the cause's number, with what stands between. */
const HEAD_WIDTH = 38
const MIN_WIDTH = 20

function colourOf({ kind, text }: EventReport): Colour {
  switch (kind) {
    case 'transition':
      if (text.includes(' is MASTER ')) return 'green'
      return text.includes(' is FAULT ') ? 'red' : 'bold'
    case 'server-down':
    case 'quorum-lost':
      return 'red'
    case 'server-up':
    case 'quorum-gained':
      return 'green'
    case 'sorry-in':
    case 'ipvs-refused':
    case 'advert-rejected':
    case 'rival':
    case 'refused':
    case 'reload-refused':
    case 'address-lost':
      return 'yellow'
    default:
      return undefined
  }
}
