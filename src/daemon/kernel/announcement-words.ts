/** What `-D` says of gratuitous ARP, in keepalived's words; a line for a link instead of one for every address. Pure. */

import { formatIp, isIpv4 } from '../../base/address.ts'
import type { Placed } from './announcer.ts'

/** Of hundreds of addresses the first ones tell which list it is. */
const NAMED = 10

/** @returns lines, none for no announcement */
export function announcementWords(router: string, announcements: readonly Placed[]): readonly string[] {
  const families = [
    ['gratuitous ARPs', announcements.filter(({ address }) => isIpv4(address))],
    ['Unsolicited Neighbour Adverts', announcements.filter(({ address }) => !isIpv4(address))],
  ] as const
  return families.flatMap(([what, some]) =>
    [...new Set(some.map(({ link }) => link.name))].map((name) => {
      const own = some.filter(({ link }) => link.name === name)
      return `(${router}) Sending/queueing ${what} on ${name} for ${inWords(own)}`
    }),
  )
}

function inWords(announcements: readonly Placed[]): string {
  const named = announcements.slice(0, NAMED).map(({ address }) => formatIp(address))
  const rest = announcements.length - named.length
  return rest === 0 ? named.join(', ') : `${named.join(', ')} and ${rest} more`
}
