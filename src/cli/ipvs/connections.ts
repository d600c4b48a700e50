/** The list of connections (`-L -c`). Pure. Measured, ipvsadm 1.31. */

import { isIpv4, type IpAddress, type Ipv4Address } from '../../base/address.ts'
import type { IpvsProtocol } from '../../netlink/ipvs/types.ts'
import { formatEndpoint, type PrintNames } from './endpoint.ts'

interface ConnectionEnd {
  readonly address: IpAddress
  readonly port: number
}

/** As /proc/net/ip_vs_conn has it. */
export interface Connection {
  /** TCP, UDP, SCTP; IP is a template of a firewall mark. */
  readonly protocol: string
  /** Port 0: a template of persistence. */
  readonly source: ConnectionEnd
  /** Of a firewall mark 0.0.0.7 is mark 7. */
  readonly virtual: ConnectionEnd
  readonly destination: ConnectionEnd
  readonly state: string
  readonly expiresSeconds: number
  readonly engine: { readonly name: string; readonly data: string } | undefined
}

export const connectionAddresses = (connections: readonly Connection[]): readonly Ipv4Address[] => [
  ...new Set(
    connections
      .flatMap(({ source, virtual, destination }) => [source.address, virtual.address, destination.address])
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
  for (const { protocol, source, virtual, destination, state, expiresSeconds, engine } of connections) {
    const named = protocolOf(protocol)
    const text = ({ address, port }: ConnectionEnd): string => formatEndpoint(address, port, named, names)
    const seconds = String(expiresSeconds % 60).padStart(2, '0')
    const minutes = String(Math.floor(expiresSeconds / 60)).padStart(2, '0')
    const head = `${protocol.padEnd(3)} ${`${minutes}:${seconds}`.padEnd(6)} ${state.padEnd(11)} ${text(source).padEnd(18)} ${text(virtual).padEnd(18)}`
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
