/** What `-S` prints and `-R` reads: the table as command lines. Pure. Measured, ipvsadm 1.31. */

import type { Destination, ServiceKey } from '../../netlink/ipvs/types.ts'
import { formatEndpoint, type PrintNames } from './endpoint.ts'
import { maskOf, type Entry } from './list.ts'
import { flagNames, hasFlags } from './scheduler-flags.ts'

export interface Saved {
  readonly text: string
  /** What the format has no words for. */
  readonly remarks: readonly string[]
}

export function saveText(entries: readonly Entry[], names: PrintNames): Saved {
  const lines: string[] = []
  let withThresholds = 0
  let bypassed = 0
  for (const { service, destinations } of entries) {
    const { scheduler, schedulerFlags, persistence, onePacket } = service
    const name = serviceName(service.key, names)
    const mask = persistence && maskOf(service)
    lines.push(
      [
        `-A ${name} -s ${scheduler}`,
        ...(persistence === undefined ? [] : [`-p ${persistence.timeoutSeconds}`]),
        ...(mask === undefined ? [] : [`-M ${mask}`]),
        ...(persistence?.engine === undefined ? [] : [`--pe ${persistence.engine}`]),
        ...(onePacket ? ['-o'] : []),
        // ipvsadm leaves flag-3 of sh and mh out, and cannot read what then comes of it.
        ...(hasFlags(schedulerFlags) ? [`-b ${flagNames(scheduler, schedulerFlags).join(',')}`] : []),
      ].join(' '),
    )
    const protocol = service.key.kind === 'address' ? service.key.protocol : undefined
    for (const destination of destinations) {
      const how = forwardingWords(destination)
      if (how === undefined) {
        bypassed += 1
        continue
      }
      if (destination.upperThreshold !== 0 || destination.lowerThreshold !== 0) withThresholds += 1
      const { address, port } = destination.key
      const server = formatEndpoint(address, port, protocol, names)
      lines.push([`-a ${name} -r ${server} ${how.method} -w ${destination.weight}`, ...how.tunnel].join(' '))
    }
  }
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    remarks: [
      ...(withThresholds === 0
        ? []
        : [`thresholds (-x, -y) are not in what is saved; ${servers(withThresholds)} some`]),
      ...(bypassed === 0
        ? []
        : [`${servers(bypassed)} the forwarding method Bypass, which cannot be restored`]),
    ],
  }
}

const servers = (count: number): string => (count === 1 ? '1 real server has' : `${count} real servers have`)

/** A mark is unsigned: ipvsadm does not read the negative ones that itself saves. */
function serviceName(key: ServiceKey, names: PrintNames): string {
  if (key.kind === 'mark') return `-f ${key.mark}${key.family === 'ipv6' ? ' -6' : ''}`
  const option = { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[key.protocol]
  return `${option} ${formatEndpoint(key.address, key.port, key.protocol, names)}`
}

/** Local is what the kernel makes of an address of its own: -g becomes it again. */
function forwardingWords({
  forwarding,
  tunnel,
}: Destination): { readonly method: string; readonly tunnel: readonly string[] } | undefined {
  switch (forwarding) {
    case 'masquerade':
      return { method: '-m', tunnel: [] }
    case 'local':
    case 'route':
      return { method: '-g', tunnel: [] }
    case 'bypass':
      return undefined
    case 'tunnel': {
      const checksum = { none: '--tun-nocsum', checksum: '--tun-csum', remote: '--tun-remcsum' }
      return {
        method: '-i',
        tunnel: [
          `--tun-type ${tunnel.type}`,
          ...(tunnel.type === 'gue' ? [`--tun-port ${tunnel.port}`] : []),
          ...(tunnel.type === 'ipip' ? [] : [checksum[tunnel.checksum]]),
        ],
      }
    }
  }
}
