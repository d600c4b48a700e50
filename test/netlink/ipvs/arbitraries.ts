/** Any of IPVS's values, for fast-check. */

import fc from 'fast-check'
import { ipv4FromNumber, ipv6FromBytes, type IpAddress, type Ipv4Address } from '../../../src/base/address.ts'
import type {
  Destination,
  DestinationKey,
  IpvsChange,
  Service,
  ServiceKey,
  Statistics,
  SyncDaemon,
} from '../../../src/netlink/ipvs/types.ts'
import { isIpv6, mark, real, virtual } from './values.ts'

const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const anyIpv4: fc.Arbitrary<Ipv4Address> = u32.map(ipv4FromNumber)
const anyIpv6: fc.Arbitrary<IpAddress> = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ipv6FromBytes(bytes))
export const anyIp: fc.Arbitrary<IpAddress> = fc.oneof(anyIpv4, anyIpv6)
/** As the kernel has names: fifteen bytes at most. */
const anyName = fc.stringMatching(/^[a-z0-9_-]{1,15}$/)

export const anyServiceKey: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    kind: fc.constant('address' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    address: anyIp,
    port: u16,
  }),
  fc.record({
    kind: fc.constant('mark' as const),
    family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
    mark: u32,
  }),
)

export const anyService: fc.Arbitrary<Service> = anyServiceKey.chain((key) =>
  fc.record({
    key: fc.constant(key),
    scheduler: anyName,
    schedulerFlags: fc.record({ flag1: fc.boolean(), flag2: fc.boolean(), flag3: fc.boolean() }),
    onePacket: fc.boolean(),
    persistence: fc.option(
      fc.record({ timeoutSeconds: u32, engine: fc.option(anyName, { nil: undefined }) }),
      { nil: undefined },
    ),
    netmask: isIpv6(key) ? fc.integer({ min: 1, max: 128 }) : u32,
  }),
)

export const anyDestinationKey: fc.Arbitrary<DestinationKey> = fc.record({ address: anyIp, port: u16 })

export const anyDestination: fc.Arbitrary<Destination> = fc.record({
  key: anyDestinationKey,
  forwarding: fc.constantFrom('masquerade', 'local', 'tunnel', 'route', 'bypass'),
  weight: fc.nat(0x7fffffff),
  upperThreshold: u32,
  lowerThreshold: u32,
  tunnel: fc.record({
    type: fc.constantFrom('ipip', 'gue', 'gre'),
    port: u16,
    checksum: fc.constantFrom('none', 'checksum', 'remote'),
  }),
})

export const anyStatistics: fc.Arbitrary<Statistics> = fc.record({
  connections: u64,
  inPackets: u64,
  outPackets: u64,
  inBytes: u64,
  outBytes: u64,
  connectionsPerSecond: u64,
  inPacketsPerSecond: u64,
  outPacketsPerSecond: u64,
  inBytesPerSecond: u64,
  outBytesPerSecond: u64,
})

export const anySyncDaemon: fc.Arbitrary<SyncDaemon> = fc.record({
  role: fc.constantFrom('master', 'backup'),
  interface: anyName,
  syncId: u8,
  maxLength: u16,
  group: anyIp,
  port: u16,
  ttl: u8,
})

/** Few of each, so that they meet. */
export const KEYS: readonly ServiceKey[] = [
  virtual('tcp 10.8.0.100 80'),
  virtual('udp fd00::1 0'),
  mark(1),
  mark(1, 'ipv6'),
]
const key = fc.constantFrom(...KEYS)
const place = fc.constantFrom(real('10.9.0.21 80'), real('fd00::21 80'), real('224.0.0.1 1'))

const someService: fc.Arbitrary<Service> = fc
  .record({
    any: anyService,
    itsKey: key,
    scheduler: fc.constantFrom('rr', 'sh', 'none?'),
    timeoutSeconds: fc.nat(100_000),
    engine: fc.constantFrom(undefined, 'sip', 'none?'),
  })
  .map(({ any, itsKey, scheduler, timeoutSeconds, engine }) => ({
    ...any,
    key: itsKey,
    scheduler,
    persistence: any.persistence && { timeoutSeconds, engine },
  }))

const someDestination = fc
  .tuple(anyDestination, place, fc.constantFrom(-1, 0, 1, 1))
  .map(([any, itsKey, sign]) => ({ ...any, key: itsKey, weight: any.weight === 0 ? 0 : sign * any.weight }))

/** Additions, changes and removals in any order, most of which the kernel accepts; all but sync daemons'. */
const someChange: fc.Arbitrary<IpvsChange> = fc.oneof(
  fc.record({ type: fc.constantFrom('add-service', 'edit-service'), service: someService }),
  fc.record({ type: fc.constantFrom('delete-service', 'zero-service'), key }),
  fc.record({
    type: fc.constantFrom('add-destination', 'edit-destination'),
    key,
    destination: someDestination,
  }),
  fc.record({
    type: fc.constant('delete-destination'),
    key,
    destination: fc.oneof(place, anyDestinationKey),
  }),
  fc.record({ type: fc.constantFrom('flush', 'zero') }),
  fc.record({
    type: fc.constant('set-timeouts'),
    timeouts: fc.record({ tcpSeconds: fc.nat(9000), udpSeconds: fc.nat(9) }, { requiredKeys: [] }),
  }),
)

const someSyncDaemonChange: fc.Arbitrary<IpvsChange> = fc.oneof(
  fc.record({
    type: fc.constant('start-sync-daemon'),
    daemon: fc
      .tuple(anySyncDaemon, fc.constantFrom('eth0', 'eth9'))
      .map(([daemon, name]) => ({ ...daemon, interface: name })),
  }),
  fc.record({ type: fc.constant('stop-sync-daemon'), role: fc.constantFrom('master', 'backup') }),
)

export const anyChanges: fc.Arbitrary<IpvsChange[]> = fc.array(fc.oneof(someChange, someSyncDaemonChange), {
  maxLength: 30,
})
