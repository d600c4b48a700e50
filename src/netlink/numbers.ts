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
