/** The lists as JSON: docs/ipvs.schema.json. Pure. */

import { formatIp, formatIpv4, ipv4FromNumber, type IpAddress } from '../../base/address.ts'
import type { Connection } from '../../netlink/ipvs/connections.ts'
import type {
  IpvsInfo,
  ObservedDestination,
  Service,
  Statistics,
  SyncDaemon,
  Timeouts,
} from '../../netlink/ipvs/types.ts'
import type { Entry } from './list.ts'
import { familyOf } from './order.ts'
import { flagNames } from './scheduler-flags.ts'

export const tableJson = (info: IpvsInfo, entries: readonly Entry[]): string =>
  toJson({
    ipvsVersion: info.version,
    connectionTableSize: info.connectionTableSize,
    services: entries.map(({ service, destinations }) => ({
      ...keyJson(service),
      scheduler: service.scheduler,
      schedulerFlags: flagNames(service.scheduler, service.schedulerFlags),
      onePacket: service.onePacket,
      persistence:
        service.persistence === undefined
          ? null
          : {
              timeoutSeconds: service.persistence.timeoutSeconds,
              engine: service.persistence.engine ?? null,
              netmask: netmaskText(service),
            },
      statistics: statisticsJson(service.statistics),
      destinations: destinations.map(destinationJson),
    })),
  })

function keyJson({ key }: Service): object {
  const family = familyOf(key)
  return key.kind === 'mark'
    ? { family, protocol: null, address: null, port: null, mark: key.mark }
    : { family, protocol: key.protocol, address: formatIp(key.address), port: key.port, mark: null }
}

/** `255.255.255.0`, `/64` */
const netmaskText = ({ key, netmask }: Service): string =>
  familyOf(key) === 'ipv4' ? formatIpv4(ipv4FromNumber(netmask)) : `/${netmask}`

const destinationJson = (destination: ObservedDestination): object => ({
  address: formatIp(destination.key.address),
  port: destination.key.port,
  forwarding: destination.forwarding,
  tunnel: destination.forwarding === 'tunnel' ? destination.tunnel : null,
  weight: destination.weight,
  upperThreshold: destination.upperThreshold,
  lowerThreshold: destination.lowerThreshold,
  activeConnections: destination.activeConnections,
  inactiveConnections: destination.inactiveConnections,
  persistentConnections: destination.persistentConnections,
  statistics: statisticsJson(destination.statistics),
})

const statisticsJson = (statistics: Statistics): object => ({
  connections: statistics.connections,
  inPackets: statistics.inPackets,
  outPackets: statistics.outPackets,
  inBytes: statistics.inBytes,
  outBytes: statistics.outBytes,
  connectionsPerSecond: statistics.connectionsPerSecond,
  inPacketsPerSecond: statistics.inPacketsPerSecond,
  outPacketsPerSecond: statistics.outPacketsPerSecond,
  inBytesPerSecond: statistics.inBytesPerSecond,
  outBytesPerSecond: statistics.outBytesPerSecond,
})

export const timeoutsJson = ({ tcpSeconds, tcpFinSeconds, udpSeconds }: Timeouts): string =>
  toJson({ timeouts: { tcpSeconds, tcpFinSeconds, udpSeconds } })

export const syncDaemonsJson = (daemons: readonly SyncDaemon[]): string =>
  toJson({ syncDaemons: daemons.map((daemon) => ({ ...daemon, group: formatIp(daemon.group) })) })

export const connectionsJson = (connections: readonly Connection[]): string =>
  toJson({
    connections: connections.map(
      ({ protocol, client, virtual, mark, destination, state, expiresSeconds, engine }) => ({
        protocol,
        client: endJson(client),
        virtual: endJson(virtual),
        mark: mark ?? null,
        destination: endJson(destination),
        state,
        expiresSeconds,
        engine: engine ?? null,
      }),
    ),
  })

const endJson = ({ address, port }: { readonly address: IpAddress; readonly port: number }): object => ({
  address: formatIp(address),
  port,
})

/** Counters have 64 bits: their digits are printed as they are, which JSON allows. */
function toJson(value: object): string {
  const counters: string[] = []
  const text = JSON.stringify(
    { version: 1, ...value },
    (_key, each: unknown) => (typeof each === 'bigint' ? `\u0000${counters.push(String(each)) - 1}` : each),
    2,
  )
  return `${text.replace(/"\\u0000(\d+)"/g, (_match, index: string) => counters[Number(index)] ?? '0')}\n`
}
