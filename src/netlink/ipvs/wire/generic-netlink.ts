/**
 * Generic netlink (<linux/genetlink.h>): behind netlink's header each message has a command, then attributes; its type
 * is the family's number, which the kernel gives out at each start and tells by name.
 */

import { formatGenlHeader, GENL_HEADER_LENGTH, parseGenlHeader } from 'netlink/dist/structs.js'
import { Attributes, Body } from '../../attributes.ts'

/** The family that knows all families: nlctrl, GENL_ID_CTRL. */
export const CONTROLLER = { type: 0x10, version: 1, getFamily: 3 } as const
const CTRL_ATTR = { familyId: 1, familyName: 2 } as const

/** A message's body in the making. */
export const commandBody = (command: number, version: number): Body =>
  new Body(formatGenlHeader({ cmd: command, version }))

export const encodeFamilyQuery = (name: string): Uint8Array =>
  commandBody(CONTROLLER.getFamily, CONTROLLER.version).text(CTRL_ATTR.familyName, name).build()

/** The message type of a family. Smaller ones are netlink's own. */
export const readFamilyId = (attributes: Attributes): number | undefined => {
  const id = attributes.u16(CTRL_ATTR.familyId)
  return id !== undefined && id >= CONTROLLER.type ? id : undefined
}

/**
 * What a message says, by one of the readers of this folder, which throw where a length is not what they expect:
 * nothing that the kernel (or anybody) sends throws out of here.
 *
 * @returns undefined for a message that is malformed or lacks what the reader needs
 */
export function readMessage<T>(body: Buffer, read: (attributes: Attributes) => T | undefined): T | undefined {
  try {
    parseGenlHeader(body)
    return read(new Attributes(body.subarray(GENL_HEADER_LENGTH)))
  } catch {
    return undefined
  }
}
