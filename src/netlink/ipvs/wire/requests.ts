/** The bodies of IPVS's requests: what is asked, and what is to be changed. */

import { assertNever } from '../../../base/result.ts'
import type { Body } from '../../attributes.ts'
import type { IpvsChange, ServiceKey } from '../types.ts'
import { withTimeouts } from './config.ts'
import { destinationKeyNest, destinationNest } from './destination.ts'
import { commandBody } from './generic-netlink.ts'
import { COMMAND, IPVS_VERSION, TOP } from './numbers.ts'
import { serviceKeyNest, serviceNest } from './service.ts'
import { syncDaemonNest, syncDaemonRoleNest } from './sync-daemon.ts'

const command = (number: number): Body => commandBody(number, IPVS_VERSION)

const aboutService = (number: number, key: ServiceKey): Body =>
  command(number).nested(TOP.service, serviceKeyNest(key))

export const encodeServicesQuery = (): Uint8Array => command(COMMAND.getService).build()
export const encodeServiceQuery = (key: ServiceKey): Uint8Array =>
  aboutService(COMMAND.getService, key).build()
export const encodeDestinationsQuery = (key: ServiceKey): Uint8Array =>
  aboutService(COMMAND.getDestination, key).build()
export const encodeSyncDaemonsQuery = (): Uint8Array => command(COMMAND.getDaemon).build()
export const encodeTimeoutsQuery = (): Uint8Array => command(COMMAND.getConfig).build()
export const encodeInfoQuery = (): Uint8Array => command(COMMAND.getInfo).build()

/**
 * Empty when a text is too long for any message.
 *
 * @returns undefined when a number does not fit its field: a weight of 2^31, a port of 65536
 */
export function encodeChange(change: IpvsChange): Uint8Array | undefined {
  try {
    return bodyOf(change).build()
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined
    throw thrown
  }
}

function bodyOf(change: IpvsChange): Body {
  switch (change.type) {
    case 'add-service':
      return command(COMMAND.newService).nested(TOP.service, serviceNest(change.service))
    case 'edit-service':
      return command(COMMAND.setService).nested(TOP.service, serviceNest(change.service))
    case 'delete-service':
      return aboutService(COMMAND.deleteService, change.key)
    case 'zero-service':
      return aboutService(COMMAND.zero, change.key)
    case 'add-destination':
      return aboutService(COMMAND.newDestination, change.key).nested(
        TOP.destination,
        destinationNest(change.destination),
      )
    case 'edit-destination':
      return aboutService(COMMAND.setDestination, change.key).nested(
        TOP.destination,
        destinationNest(change.destination),
      )
    case 'delete-destination':
      return aboutService(COMMAND.deleteDestination, change.key).nested(
        TOP.destination,
        destinationKeyNest(change.destination),
      )
    case 'flush':
      return command(COMMAND.flush)
    case 'zero':
      return command(COMMAND.zero)
    case 'set-timeouts':
      return withTimeouts(command(COMMAND.setConfig), change.timeouts)
    case 'start-sync-daemon':
      return command(COMMAND.newDaemon).nested(TOP.daemon, syncDaemonNest(change.daemon))
    case 'stop-sync-daemon':
      return command(COMMAND.deleteDaemon).nested(TOP.daemon, syncDaemonRoleNest(change.role))
    default:
      return assertNever(change)
  }
}
