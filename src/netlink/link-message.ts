/**
 * RTM_NEWLINK, RTM_DELLINK (rtnetlink(7), <linux/if_link.h>). Only the fixed part
 * and a few attributes are read: the package's own parser of whole link
 * messages takes 8 µs instead of 5 and rejects a message when any of some
 * hundred attributes has a length it does not expect.
 */

import { formatLink, parseLink } from 'netlink/dist/rt/structs.js'
import { Attributes, Body, FAMILY } from './attributes.ts'
import type { KernelMessage } from './message.ts'

const HEADER_LENGTH = 16
const IFLA = { address: 1, ifname: 3, mtu: 4, link: 5, linkInfo: 18, extMask: 29 } as const
const IFLA_INFO_KIND = 1
const RTEXT_FILTER_SKIP_STATS = 8

/**
 * Undefined for what is not about a link itself. Bridges report their ports in
 * the same messages under another family: RTM_DELLINK there means that a port
 * left its bridge, not that it is gone.
 */
export function decodeLink(body: Buffer, gone: boolean): KernelMessage | undefined {
  const header = parseLink(body.subarray(0, HEADER_LENGTH))
  if (header.family !== FAMILY.unspecified) return undefined
  const { index = 0, flags = {} } = header
  if (gone) return { type: 'link-gone', index }
  const attributes = new Attributes(body.subarray(HEADER_LENGTH))
  const name = attributes.text(IFLA.ifname)
  // Wireless drivers send events in the guise of link messages, without even a name.
  if (name === undefined) return undefined
  const isMacvlan = attributes.nested(IFLA.linkInfo)?.text(IFLA_INFO_KIND) === 'macvlan'
  const parent = isMacvlan ? attributes.u32(IFLA.link) : undefined
  const link = {
    index,
    name,
    up: flags.up === true && flags.running === true,
    noArp: flags.noarp === true,
    multicast: flags.multicast === true,
    loopback: flags.loopback === true,
    mac: Uint8Array.from(attributes.bytes(IFLA.address) ?? []),
    mtu: attributes.u32(IFLA.mtu) ?? 0,
    ...(parent !== undefined && { macvlanOn: parent }),
  }
  return { type: 'link', link, enabled: flags.up === true }
}

/** The body of RTM_GETLINK for all links, without their statistics. */
export const encodeLinkQuery = (): Uint8Array =>
  new Body(formatLink({})).u32(IFLA.extMask, RTEXT_FILTER_SKIP_STATS).build()
