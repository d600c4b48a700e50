/**
 * The kernel's table of connections, which netlink does not tell: /proc/net/ip_vs_conn of the network namespace.
 * A line of it (Linux 6.1):
 *
 *     TCP 0A08000A 83DC 0A080064 0050 0A090016 0050 TIME_WAIT       119 sip a@b
 *
 * Client, virtual service and destination, each with its port, all in hexadecimal; IPv6 addresses have eight groups
 * of four digits. Then the state, the seconds until it is forgotten, and what a persistence engine made of it.
 */

import { ipToBytes, ipv4FromBytes, ipv4FromNumber, parseIpv6, type IpAddress } from '../../base/address.ts'

export interface Endpoint {
  readonly address: IpAddress
  readonly port: number
}

export interface Connection {
  /** The kernel's word: TCP, UDP, SCTP; IP for what persistence remembers of a client of a firewall mark. */
  readonly protocol: string
  /** Port 0: no connection, but what persistence remembers of the client. */
  readonly client: Endpoint
  readonly virtual: Endpoint
  /** Only with the protocol IP; the virtual address is then none: 0.0.0.7, or 0:7::. */
  readonly mark: number | undefined
  readonly destination: Endpoint
  /** ESTABLISHED, TIME_WAIT, UDP, …; ASSURED of what persistence remembers. */
  readonly state: string
  readonly expiresSeconds: number
  /** Of a connection that a persistence engine chose. */
  readonly engine: { readonly name: string; readonly data: string } | undefined
}

/**
 * In the kernel's order, which is none.
 *
 * @param text the whole file
 * @param onMalformed is called for each line that cannot be read, and is left out; not for the title
 */
export function readConnections(
  text: string,
  onMalformed: (line: string) => void = () => undefined,
): readonly Connection[] {
  const connections: Connection[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith(TITLE)) continue
    const connection = readConnection(line)
    if (connection === undefined) onMalformed(line)
    else connections.push(connection)
  }
  return connections
}

const TITLE = 'Pro FromIP'

/** The engine's data is the rest of the line: it may have blanks in it. */
const LINE = new RegExp(
  [
    '^(\\S+)',
    ...['', '', ''].map(() => '([\\dA-Fa-f:]+) +([\\dA-Fa-f]{4})'),
    '(\\S+)',
    '(\\d+)(?: (\\S+)(?: (.*))?)?$',
  ].join(' +'),
)

function readConnection(line: string): Connection | undefined {
  const [, protocol, ...fields] = LINE.exec(line.trimEnd()) ?? []
  const client = readEndpoint(fields[0], fields[1])
  const virtual = readEndpoint(fields[2], fields[3])
  const destination = readEndpoint(fields[4], fields[5])
  const [state, seconds, name, data = ''] = fields.slice(6)
  const expiresSeconds = Number(seconds)
  if (protocol === undefined || state === undefined || !Number.isSafeInteger(expiresSeconds)) return undefined
  if (client === undefined || virtual === undefined || destination === undefined) return undefined
  const engine = name === undefined ? undefined : { name, data }
  const mark = protocol === 'IP' ? ipv4FromBytes(ipToBytes(virtual.address)) : undefined
  return { protocol, client, virtual, mark, destination, state, expiresSeconds, engine }
}

function readEndpoint(address: string | undefined, port: string | undefined): Endpoint | undefined {
  const ip = readAddress(address ?? '')
  return ip === undefined ? undefined : { address: ip, port: Number.parseInt(port ?? '', 16) }
}

function readAddress(text: string): IpAddress | undefined {
  if (text.includes(':')) return parseIpv6(text)
  return text.length === 8 ? ipv4FromNumber(Number.parseInt(text, 16)) : undefined
}
