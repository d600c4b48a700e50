/** What one instance shows in a view, piece by piece. Pure. */

import { printable } from '../base/printable.ts'
import type { AddressReport, InstanceReport } from '../control/report.ts'
import type { Cell, Colour } from '../base/layout.ts'

const STATE_COLOURS: Readonly<Record<InstanceReport['state'], Colour>> = {
  INIT: 'yellow',
  BACKUP: undefined,
  MASTER: 'green',
  FAULT: 'red',
}

/** Names come from a file: what they hold must not reach the terminal as anything but text. */
export const plain = (text: string): Cell => ({ text: printable(text) })

export const stateCell = ({ state }: InstanceReport): Cell => ({ text: state, colour: STATE_COLOURS[state] })

export const priorityText = ({ priority: { base, effective } }: InstanceReport): string =>
  base === effective ? String(base) : `${effective} (base ${base})`

/** `100 -20 chk_nginx = 80` */
export function prioritySum({ priority: { base, effective, contributions } }: InstanceReport): string {
  const terms = contributions
    .filter(({ weight }) => weight !== 0)
    .map(({ tracker, weight }) => ` ${weight > 0 ? '+' : ''}${weight} ${printable(tracker)}`)
  if (base === 255) return '255 (address owner)'
  if (terms.length === 0) return String(base)
  const sum = contributions.reduce((total, { weight }) => total + weight, base)
  const bound = sum === effective ? '' : `, within 1 to 254`
  return `${base}${terms.join('')} = ${effective}${bound}`
}

export function masterText({ state, master }: InstanceReport): string {
  if (state === 'MASTER') return 'this host'
  return master === null ? '-' : `${master.address} (${master.priority})`
}

/** A Master has its addresses and nobody else does; anything else is worth a colour. */
export const addressCell = (
  instance: InstanceReport,
  { address, present, duplicate }: AddressReport,
): Cell =>
  duplicate ? { text: `${address} DUPLICATE`, colour: 'red' } : presenceCell(instance, address, present)

/** An address, a route or a rule. */
export function presenceCell({ state }: InstanceReport, what: string, present: boolean): Cell {
  const expected = state === 'MASTER'
  const word = present ? 'present' : expected ? 'MISSING' : 'absent'
  const colour = present === expected ? (expected ? 'green' : undefined) : 'red'
  return { text: `${printable(what)} ${word}`, colour }
}
