/** Events → the text of a story. Reading it gives the same events at other places. Pure. */

import { formatIp } from '../../base/address.ts'
import { assertNever } from '../../base/result.ts'
import type { StoryEvent } from './event.ts'
import { printTime } from './times.ts'
import { BAR, written } from './words.ts'

/** One line for each event. */
export const printStory = (events: readonly StoryEvent[]): string =>
  events.map((event) => `at ${printTime(event.at)} ${printEvent(event)}\n`).join('')

/** What happens, without its time: `link down eth0 on a`. */
export function printEvent(event: StoryEvent): string {
  switch (event.type) {
    case 'kill':
    case 'crash':
    case 'start':
    case 'stop':
      return `${event.type} ${written(event.host)}`
    case 'stall':
      return `stall ${written(event.host)} for ${printTime(event.duration)}`
    case 'link':
      return `link ${event.up ? 'up' : 'down'} ${written(event.link)} on ${written(event.host)}`
    case 'script':
      return `${event.outcome} ${written(event.name)} on ${written(event.host)}`
    case 'partition': {
      const sides = event.sides.map((side) => side.map(written).join(' ')).join(` ${BAR} `)
      return `partition ${sides}${event.lan === undefined ? '' : ` on ${written(event.lan)}`}`
    }
    case 'heal':
      return event.lan === undefined ? 'heal' : `heal ${written(event.lan)}`
    case 'lose':
      return `lose ${event.percent}% on ${written(event.lan)}`
    case 'reload':
      return `reload ${written(event.host)} with ${written(event.file)}`
    case 'drain': {
      const duration = event.duration === undefined ? '' : ` for ${printTime(event.duration)}`
      return `drain ${targets(event.names)} on ${written(event.host)}${duration}`
    }
    case 'resume':
      return `resume ${targets(event.names)} on ${written(event.host)}`
    case 'remove':
      return `remove ${formatIp(event.address)} on ${written(event.host)}`
    case 'file':
      return `file ${written(event.path)} ${event.number} on ${written(event.host)}`
    case 'process':
      return `process ${written(event.name)} ${event.runs ? 'starts' : 'stops'} on ${written(event.host)}`
    default:
      return assertNever(event)
  }
}

const targets = (names: readonly string[]): string =>
  names.length === 0 ? 'all' : names.map(written).join(' ')
