/** Configured load balancing in few words, and at random. */

import fc from 'fast-check'
import { parseIp, type IpAddress } from '../../../../src/base/address.ts'
import { seconds } from '../../../../src/base/time.ts'
import type {
  Checker,
  Connection,
  HttpChecker,
  LoadBalancing,
  LvsGlobals,
  RealServer,
  Target,
  Url,
  VirtualServer,
} from '../../../../src/config/blocks/virtual-server/load-balancing.ts'
import type { Command } from '../../../../src/config/values/command.ts'

export const span = { file: 'keepalived.conf', start: 0, end: 1 }

export const ip = (text: string): IpAddress => parseIp(text)!

export const command = (text: string, user?: string, group?: string): Command => {
  const [program = '', ...args] = text.split(' ')
  return {
    argv: [program, ...args],
    span,
    ...(user !== undefined && { user: { user, span, ...(group !== undefined && { group }) } }),
  }
}

export const timed = {
  span,
  delayLoop: seconds(6),
  retry: 1,
  delayBeforeRetry: seconds(1),
  warmup: seconds(6),
  alpha: false,
  logAllFailures: false,
}

export const connection: Connection = {
  address: ip('10.9.0.21'),
  port: 80,
  mark: 0,
  connectTimeout: seconds(5),
}

type Kind<K extends Checker['kind']> = Extract<Checker, { kind: K }>

export const url: Url = { path: '/', statuses: [{ first: 200, last: 299 }] }

export const tcp: Kind<'tcp'> = { kind: 'tcp', ...timed, connection }
export const http: HttpChecker = {
  ...{ kind: 'http', ...timed, connection, tls: false, protocol: '1.0', urls: [url], fastRecovery: false },
}
export const smtp: Kind<'smtp'> = { kind: 'smtp', ...timed, connection, heloName: 'checker' }
export const dns: Kind<'dns'> = { kind: 'dns', ...timed, connection, type: 'SOA', name: '.' }
export const udp: Kind<'udp'> = { kind: 'udp', ...timed, connection }
export const ping: Kind<'ping'> = { kind: 'ping', ...timed, connection }
export const misc: Kind<'misc'> = {
  ...{ kind: 'misc', ...timed, command: command('/bin/check 80'), timeout: seconds(6), dynamic: false },
}
export const file: Kind<'file'> = { kind: 'file', span, trackFile: 'load', weight: 1, reverse: false }
export const bfd: Kind<'bfd'> = { kind: 'bfd', span, name: 'B' }

export const realServer = (address: string, change: Partial<RealServer> = {}): RealServer => ({
  span,
  address: ip(address),
  port: 80,
  forwarding: { method: 'masquerade' },
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  inhibitOnFailure: false,
  smtpAlert: false,
  checkers: [],
  ...change,
})

export const atAddress: Target = { kind: 'address', protocol: 'tcp', address: ip('10.8.0.100'), port: 80 }

export const inGroup: Target = {
  kind: 'group',
  name: 'G',
  protocol: 'tcp',
  members: [{ kind: 'address', address: ip('10.8.0.1'), port: 80 }],
}

export const virtualServer = (
  realServers: readonly RealServer[],
  change: Partial<VirtualServer> = {},
): VirtualServer => ({
  span,
  target: atAddress,
  scheduler: 'rr',
  schedulerFlags: { flag1: false, flag2: false, flag3: false },
  onePacket: false,
  omega: false,
  haSuspend: false,
  quorum: 1,
  hysteresis: 0,
  realServers,
  smtpAlert: false,
  ...change,
})

export const noGlobals: LvsGlobals = { flush: false, flushOnStop: 'no', notifyAtStart: false }

export const loadBalancing = (...virtualServers: readonly VirtualServer[]): LoadBalancing => ({
  virtualServers,
  globals: noGlobals,
})

const anyChecker = fc
  .tuple(fc.constantFrom(tcp, http, smtp, dns, udp, ping, misc, file, bfd), fc.boolean())
  .map(([checker, alpha]): Checker =>
    checker.kind === 'file' || checker.kind === 'bfd' ? checker : { ...checker, alpha },
  )

const anyServer = fc.record({
  address: fc.constantFrom('10.9.0.21', '10.9.0.22', 'fd00::21'),
  port: fc.constantFrom(0, 80),
  checkers: fc.array(anyChecker, { maxLength: 3 }),
})

const anyTarget = fc.constantFrom<Target>(
  atAddress,
  { ...atAddress, port: 443 },
  { kind: 'mark', mark: 3, family: 'ipv4' },
  { kind: 'mark', mark: 3, family: 'ipv6' },
  inGroup,
  { kind: 'group', name: 'G" (2)', protocol: 'udp', members: [] },
)

/** Blocks, servers and checkers that are there twice, too. */
export const anyLoadBalancing: fc.Arbitrary<LoadBalancing> = fc
  .array(
    fc.record({
      target: anyTarget,
      haSuspend: fc.boolean(),
      realServers: fc
        .array(anyServer, { maxLength: 4 })
        .map((all) => all.map(({ address, ...change }) => realServer(address, change))),
    }),
    { maxLength: 5 },
  )
  .map((all) => loadBalancing(...all.map(({ realServers, ...change }) => virtualServer(realServers, change))))
