/**
 * The package's enumerations as plain numbers, which is what stands in a
 * message; a type of theirs would claim that there can be no others.
 */

import { MessageType as ControlType } from 'netlink/dist/constants.js'
import { MessageType } from 'netlink/dist/rt/structs.js'

type Numbers<Name extends string> = Readonly<Record<Name, number>>

/** netlink(7): NLMSG_ERROR, NLMSG_DONE, … */
export const NLMSG: Numbers<keyof typeof ControlType> = ControlType
/** rtnetlink(7): RTM_NEWLINK, RTM_NEWADDR, … */
export const RTM: Numbers<keyof typeof MessageType> = MessageType

/** Attributes of routes (rtnetlink(7), <linux/rtnetlink.h>: RTA_DST, …). */
export const RTA = {
  dst: 1,
  oif: 4,
  gateway: 5,
  priority: 6,
  prefsrc: 7,
  metrics: 8,
  multipath: 9,
  flow: 11,
  table: 15,
  pref: 20,
  encapType: 21,
  encap: 22,
  expires: 23,
  ttlPropagate: 26,
} as const
