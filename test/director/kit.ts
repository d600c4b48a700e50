/** Configurations in few words, and instants. */

import { parseIp, type IpAddress } from '../../src/base/address.ts'
import { instant, type Instant } from '../../src/base/time.ts'
import type {
  Checker,
  DirectorConfiguration,
  Globals,
  Program,
  RealServer,
  SorryServer,
  VirtualServer,
} from '../../src/director/configuration.ts'
import type { Destination, Service } from '../../src/netlink/ipvs/types.ts'

export const at = (seconds: number): Instant => instant(seconds * 1_000_000)

export function ip(text: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`no address: ${text}`)
  return address
}

export const program = (...argv: [string, ...string[]]): Program => ({ argv })

/** Its key is its fingerprint, unless another one is given. */
export const checker = (key: string, change: Partial<Checker> = {}): Checker => ({
  key,
  fingerprint: key,
  alpha: false,
  ...change,
})

/** @param address `10.9.0.21` or `10.9.0.21 80` */
export function realServer(address: string, change: Partial<RealServer> = {}): RealServer {
  return {
    ...endpoint(address),
    forwarding: { method: 'masquerade' },
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    inhibitOnFailure: false,
    checkers: [],
    ...change,
  }
}

export const sorryServer = (address: string, change: Partial<SorryServer> = {}): SorryServer => ({
  ...endpoint(address),
  forwarding: { method: 'masquerade' },
  inhibit: false,
  ...change,
})

function endpoint(text: string): { address: IpAddress; port: number } {
  const [address = '', port] = text.split(' ')
  return { address: ip(address), port: Number(port ?? 0) }
}

const noFlags = { flag1: false, flag2: false, flag3: false }

/** A TCP service at an address, `10.8.0.100 80`. */
export function virtualServer(
  address: string,
  realServers: readonly RealServer[],
  change: Partial<VirtualServer> = {},
): VirtualServer {
  return {
    target: { kind: 'address', protocol: 'tcp', ...endpoint(address) },
    scheduler: 'rr',
    schedulerFlags: noFlags,
    onePacket: false,
    omega: false,
    haSuspend: false,
    quorum: 1,
    hysteresis: 0,
    realServers,
    ...change,
  }
}

export const configuration = (
  virtualServers: readonly VirtualServer[],
  globals: Partial<Globals> = {},
): DirectorConfiguration => ({
  virtualServers,
  globals: { flush: false, flushOnStop: 'no', notifyAtStart: false, ...globals },
})

export const service = (address: string, change: Partial<Service> = {}): Service => ({
  key: { kind: 'address', protocol: 'tcp', ...endpoint(address) },
  scheduler: 'rr',
  schedulerFlags: noFlags,
  onePacket: false,
  persistence: undefined,
  netmask: 0xffffffff,
  ...change,
})

export const destination = (address: string, change: Partial<Destination> = {}): Destination => ({
  key: endpoint(address),
  forwarding: 'masquerade',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
  ...change,
})
