/** The list of connections (`-L -c`). Pure. Measured, ipvsadm 1.31. */

import { isIpv4, type Ipv4Address } from '../../base/address.ts'
import type { Connection, Endpoint } from '../../netlink/ipvs/connections.ts'
import type { IpvsProtocol } from '../../netlink/ipvs/types.ts'
import { formatEndpoint, type PrintNames } from './endpoint.ts'

export const connectionAddresses = (connections: readonly Connection[]): readonly Ipv4Address[] => [
  ...new Set(
    connections
      .flatMap(({ client, virtual, destination }) => [client.address, virtual.address, destination.address])
      .filter(isIpv4),
  ),
]

const TITLE = 'pro expire state       source             virtual            destination'

/** In the kernel's order. */
export function connectionsText(
  connections: readonly Connection[],
  engines: boolean,
  names: PrintNames,
): string {
  const lines = ['IPVS connection entries', engines ? `${TITLE}        pe name          pe_data` : TITLE]
  for (const { protocol, client, virtual, destination, state, expiresSeconds, engine } of connections) {
    const named = protocolOf(protocol)
    const text = ({ address, port }: Endpoint): string => formatEndpoint(address, port, named, names)
    const seconds = String(expiresSeconds % 60).padStart(2, '0')
    const minutes = String(Math.floor(expiresSeconds / 60)).padStart(2, '0')
    const head = `${protocol.padEnd(3)} ${`${minutes}:${seconds}`.padEnd(6)} ${state.padEnd(11)} ${text(client).padEnd(18)} ${text(virtual).padEnd(18)}`
    lines.push(
      engines && engine !== undefined
        ? `${head} ${text(destination).padEnd(16)} ${engine.name.padEnd(18)} ${engine.data}`
        : `${head} ${text(destination)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

const protocolOf = (word: string): IpvsProtocol | undefined =>
  (['tcp', 'udp', 'sctp'] as const).find((each) => each === word.toLowerCase())
