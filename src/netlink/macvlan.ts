/**
 * Virtual MAC interfaces (use_vmac): a macvlan in private mode, as keepalived
 * 2.2.7 makes them (measured). rtnetlink(7), <linux/if_link.h>.
 */

import { FlagsNew } from 'netlink/dist/constants.js'
import { formatLink } from 'netlink/dist/rt/structs.js'
import { Body } from './attributes.ts'
import { RTM } from './numbers.ts'
import { unlessLinkAbsent } from './requests.ts'
import type { Transport } from './transport.ts'
import type { MacvlanSpec, Outcome } from './types.ts'

const IFLA = { address: 1, ifname: 3, link: 5, linkInfo: 18 } as const
const IFLA_INFO = { kind: 1, data: 2 } as const
const IFLA_MACVLAN_MODE = 1
const MACVLAN_MODE_PRIVATE = 1

/** It is down at first: how it behaves is set before it hears or says anything. */
export function createMacvlan(transport: Transport, { name, parent, mac }: MacvlanSpec): Outcome {
  const empty = Buffer.alloc(0)
  const data = new Body(empty).u32(IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE).build()
  const info = new Body(empty)
    .bytes(IFLA_INFO.kind, Buffer.from('macvlan'))
    .bytes(IFLA_INFO.data, data)
    .build()
  const body = new Body(formatLink({}))
    .text(IFLA.ifname, name)
    .u32(IFLA.link, parent)
    .bytes(IFLA.address, mac)
    .bytes(IFLA.linkInfo, info)
    .build()
  const [outcome] = transport.request([{ type: RTM.NEWLINK, flags: FlagsNew.CREATE | FlagsNew.EXCL, body }])
  return outcome
}

export function enableLink(transport: Transport, name: string): Outcome {
  const body = new Body(formatLink({ flags: { up: true }, change: { up: true } })).text(IFLA.ifname, name)
  const [outcome] = transport.request([{ type: RTM.NEWLINK, flags: 0, body: body.build() }])
  return outcome
}

/** One that is not there (any more) is a success. */
export function removeLink(transport: Transport, name: string): Outcome {
  const body = new Body(formatLink({})).text(IFLA.ifname, name).build()
  const [outcome] = transport.request([{ type: RTM.DELLINK, flags: 0, body }])
  return unlessLinkAbsent(outcome)
}
