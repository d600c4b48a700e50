/**
 * keepalived's names and sentences, exact (measured, 2.2.7), for logs and FIFOs. A checker is named by its real
 * server.
 */

import { formatIp, type IpAddress } from '../base/address.ts'
import type { DestinationKey, IpvsChange, IpvsProtocol, ServiceKey } from '../netlink/ipvs/types.ts'
import type { Refusal } from '../netlink/types.ts'
import { destinationText, serviceText } from './keys.ts'
import type { QuorumRule } from './quorum.ts'

/** A real server, a sorry server, or a virtual server with an address; `none`: behind a firewall mark. */
export const addressName = (address: IpAddress, protocol: IpvsProtocol | 'none', port: number): string =>
  `[${formatIp(address)}]:${protocol}:${port}`

export const markName = (mark: number): string => `FWM ${mark}`

/** @param position among the virtual servers that use the group */
export const groupName = (group: string, position: number): string => `[${group}]:${position}`

export const serviceName = (key: ServiceKey): string =>
  key.kind === 'mark' ? markName(key.mark) : addressName(key.address, key.protocol, key.port)

export const serverIn = (server: string, virtualServer: string, inhibited: boolean): string =>
  inhibited
    ? `Enabling service ${server} of VS ${virtualServer}`
    : `Adding service ${server} to VS ${virtualServer}`

export const serverOut = (server: string, virtualServer: string, inhibited: boolean): string =>
  inhibited
    ? `Disabling service ${server} of VS ${virtualServer}`
    : `Removing service ${server} from VS ${virtualServer}`

/** A reload removes one that was in with weight 0 for its failure. */
export const inhibitedOut = (server: string, virtualServer: string): string =>
  `Removing (inhibited) service ${server} from VS ${virtualServer}`

export const sorryIn = (server: string, virtualServer: string, inhibited: boolean): string =>
  `${inhibited ? 'Enabling' : 'Adding'} sorry server ${server} to VS ${virtualServer}`

export const sorryOut = (server: string, virtualServer: string, inhibited: boolean): string =>
  `${inhibited ? 'Disabling' : 'Removing'} sorry server ${server} from VS ${virtualServer}`

export const aliveOut = (virtualServer: string): string =>
  `Removing alive servers from the pool for VS ${virtualServer}`

export const aliveIn = (virtualServer: string): string =>
  `Adding alive servers to the pool for VS ${virtualServer}`

export const quorumGained = (
  { quorum, hysteresis }: QuorumRule,
  sum: number,
  virtualServer: string,
): string => `Gained quorum ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${sum} for VS ${virtualServer}`

export const quorumLost = ({ quorum, hysteresis }: QuorumRule, sum: number, virtualServer: string): string =>
  `Lost quorum ${quorum}-${hysteresis}=${quorum - hysteresis} > ${sum} for VS ${virtualServer}`

/** Also after a reload. The sum that would be enough stands where one expects the difference (measured, 2.2.7). */
export const quorumDownAtStart = (
  { quorum, hysteresis }: QuorumRule,
  sum: number,
  virtualServer: string,
): string =>
  `Starting with quorum down ${quorum}-${hysteresis}=${quorum + hysteresis} > ${sum} for VS ${virtualServer}`

export const weightChange = (
  { from, to }: { readonly from: number; readonly to: number },
  active: boolean,
  server: string,
  virtualServer: string,
): string =>
  `Changing weight from ${from} to ${to} for ${active ? 'active' : 'inactive'} service ${server} of VS ${virtualServer}`

/** At start `Deactivating`, later `Suspending`. */
export const checkerChange = (
  change: 'Activating' | 'Deactivating' | 'Suspending',
  server: string,
  virtualServer: string,
): string => `${change} healthchecker for service ${server} for VS ${virtualServer}`

export const addressChange = (address: IpAddress, change: 'added' | 'removed'): string =>
  `Netlink reflector reports IP ${formatIp(address)} ${change}`

export const virtualServerRemoved = (virtualServer: string): string =>
  `Removing Virtual Server ${virtualServer}`

export const groupServiceRemoved = (service: ServiceKey, group: string): string =>
  `VS ${serviceName(service)} in group ${group} no longer exists`

export const serverGone = (server: string): string => `service ${server} no longer exist`

export const shuttingDown = (server: string, virtualServer: string): string =>
  `Shutting down service ${server} from VS ${virtualServer}`

export const serverLine = (server: string, virtualServer: string, state: 'UP' | 'DOWN'): string =>
  `RS ${server} ${virtualServer} ${state}`

export const virtualServerLine = (virtualServer: string, state: 'UP' | 'DOWN'): string =>
  `VS ${virtualServer} ${state}`

/** setsockopt names of the old interface, by which keepalived calls its commands (<linux/ip_vs.h>). */
const COMMANDS: Readonly<Record<IpvsChange['type'], string>> = {
  'add-service': 'IP_VS_SO_SET_ADD(1154)',
  'edit-service': 'IP_VS_SO_SET_EDIT(1155)',
  'delete-service': 'IP_VS_SO_SET_DEL(1156)',
  flush: 'IP_VS_SO_SET_FLUSH(1157)',
  'add-destination': 'IP_VS_SO_SET_ADDDEST(1159)',
  'delete-destination': 'IP_VS_SO_SET_DELDEST(1160)',
  'edit-destination': 'IP_VS_SO_SET_EDITDEST(1161)',
  'set-timeouts': 'IP_VS_SO_SET_TIMEOUT(1162)',
  'start-sync-daemon': 'IP_VS_SO_SET_STARTDAEMON(1163)',
  'stop-sync-daemon': 'IP_VS_SO_SET_STOPDAEMON(1164)',
  zero: 'IP_VS_SO_SET_ZERO(1167)',
  'zero-service': 'IP_VS_SO_SET_ZERO(1167)',
}

/** One line for what the kernel refused: command, reason, and what it was about. */
export function refusedLine(change: IpvsChange, refusal: Refusal): string {
  const subject = subjectOf(change)
  const about = subject === undefined ? '' : ` (${subject})`
  const { errno, text } = asKeepalivedHasIt(change, refusal)
  return `IPVS cmd ${COMMANDS[change.type]} error: ${text}(${errno})${about}`
}

/** Its netlink library makes ENOENT of ESRCH, a service that is not there; both are told by the command. */
function asKeepalivedHasIt(
  { type }: IpvsChange,
  { errno, code, text }: Refusal,
): Pick<Refusal, 'errno' | 'text'> {
  const missing = code === 'ENOENT' || code === 'ESRCH'
  switch (type) {
    case 'add-service':
    case 'edit-service':
      if (code === 'EEXIST') return { errno, text: 'Service already exists' }
      if (code === 'ENOENT') return { errno, text: 'Scheduler or persistence engine not found' }
      break
    case 'add-destination':
      if (code === 'EEXIST') return { errno, text: 'Destination already exists' }
      break
    case 'edit-destination':
    case 'delete-destination':
      if (missing) return { errno: 2, text: 'No such destination' }
      break
    case 'delete-service':
    case 'zero-service':
      break
    case 'flush':
    case 'zero':
    case 'set-timeouts':
    case 'start-sync-daemon':
    case 'stop-sync-daemon':
      return { errno, text }
  }
  return missing ? { errno: 2, text: 'No such file or directory' } : { errno, text }
}

function subjectOf(change: IpvsChange): string | undefined {
  switch (change.type) {
    case 'add-service':
    case 'edit-service':
      return serviceText(change.service.key)
    case 'delete-service':
    case 'zero-service':
      return serviceText(change.key)
    case 'add-destination':
    case 'edit-destination':
      return pairText(change.key, change.destination.key)
    case 'delete-destination':
      return pairText(change.key, change.destination)
    case 'flush':
    case 'zero':
    case 'set-timeouts':
    case 'start-sync-daemon':
    case 'stop-sync-daemon':
      return undefined
  }
}

const pairText = (service: ServiceKey, destination: DestinationKey): string =>
  `${serviceText(service)} -> ${destinationText(destination)}`

/** Two blocks are one service to the kernel; vrrpd's own words. */
export const unitedBlocks = (service: ServiceKey, names: readonly string[], settings: string): string =>
  `${names.length} virtual_server blocks are one service, ${serviceName(service)}: their servers are united${settings}`
