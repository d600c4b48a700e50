/** `vrrpd ipvs` against a table in memory, on a host with a few names. */

import { formatIpv4, parseIpv4 } from '../../../src/base/address.ts'
import { accepted, rejected } from '../../../src/base/result.ts'
import type { Connection } from '../../../src/netlink/ipvs/connections.ts'
import { ipvs, type HostNames } from '../../../src/cli/ipvs/execute.ts'
import type { Served } from '../../../src/cli/ipvs/served.ts'
import { parseServices } from '../../../src/cli/ipvs/services.ts'
import { MemoryTable } from './memory-table.ts'

/** As Debian's /etc/services has them. */
export const services = parseServices(`# Network services, Internet style
discard		9/tcp		sink null
discard		9/udp		sink null
ssh		22/tcp				# SSH Remote Login Protocol
domain		53/tcp				# Domain Name Server
domain		53/udp
tftp		69/udp
http		80/tcp		www		# WorldWideWeb HTTP
https		443/tcp				# http protocol over TLS/SSL
https		443/udp				# HTTP/3
sip		5060/tcp			# Session Initiation Protocol
sip		5060/udp
mdns		5353/udp			# Multicast DNS
amqp		5672/tcp
amqp		5672/sctp
http-alt	8080/tcp	webcache	# WWW caching service
`)

const HOSTS = new Map([
  ['localhost', '127.0.0.1'],
  ['vm', '127.0.0.1'],
])

export const names: HostNames = {
  port: (service, protocol) => services.ports.get(`${service}/${protocol}`),
  service: (port, protocol) => services.names.get(`${port}/${protocol}`),
  addressOf: (host) => Promise.resolve(parseIpv4(HOSTS.get(host.toLowerCase()) ?? '')),
  namesOf: (addresses) =>
    Promise.resolve(
      addresses.map((address) => (formatIpv4(address) === '127.0.0.1' ? 'localhost' : undefined)),
    ),
}

export interface Ran {
  readonly code: number
  readonly out: string
  /** Without our remarks: what ipvsadm says, too. */
  readonly err: string
  /** Ours, without their beginning. */
  readonly remarks: readonly string[]
}

export async function run(
  argv: readonly string[],
  table: MemoryTable = new MemoryTable(),
  {
    input = '',
    connections,
    served,
  }: { input?: string; connections?: readonly Connection[]; served?: Served } = {},
): Promise<Ran> {
  let out = ''
  let said = ''
  const code = await ipvs(
    argv,
    {
      names,
      openTable: () => Promise.resolve(accepted(table)),
      connections: () =>
        Promise.resolve(
          connections ? accepted(connections) : rejected('cannot open file /proc/net/ip_vs_conn'),
        ),
      served: () => Promise.resolve(served),
      input: () => Promise.resolve(input),
    },
    {
      out: (text) => (out += text),
      err: (text) => (said += text),
      width: 80,
      colour: false,
      terminal: false,
      now: () => 0,
    },
  )
  const OURS = 'vrrpd ipvs: '
  const lines = said.split(/(?<=\n)/)
  return {
    code,
    out,
    err: lines.filter((line) => !line.startsWith(OURS)).join(''),
    remarks: lines.filter((line) => line.startsWith(OURS)).map((line) => line.slice(OURS.length, -1)),
  }
}

/** A table after these command lines, all of which must work. */
export async function tableAfter(lines: readonly string[]): Promise<MemoryTable> {
  const table = new MemoryTable()
  for (const line of lines) {
    const { code, err } = await run(line.split(' '), table)
    if (code !== 0) throw new Error(`${line}: ${err}`)
  }
  return table
}
