/**
 * The kernel's IPVS table: the interface of types.ts over generic netlink.
 *
 * Changes are not idempotent: a service that is added twice is refused once. So no request is sent a second time, and
 * so few go out at once that the receive buffer has room for all answers. An answer that is lost all the same is
 * the refusal ENOBUFS, one that never came is ETIMEDOUT; in both cases only a look at the table tells what is there.
 * The kernel works inside of send(2): where it is stuck (stopping a backup sync daemon with an IPv6 group did that
 * once, Linux 6.1), so are we, and no timeout of ours ends it.
 */

import { accepted, rejected, type Result } from '../../base/result.ts'
import { NETLINK_GENERIC } from '../../system/constants.ts'
import type { Attributes } from '../attributes.ts'
import type { Envelope, Request } from '../envelope.ts'
import { ERRNO } from '../errno.ts'
import { refusal, refusalOfAnswer, refusalOfCall } from '../refusal.ts'
import { Transport } from '../transport.ts'
import type { Outcome, Refusal } from '../types.ts'
import { lookUpFamily } from './family.ts'
import type {
  IpvsChange,
  IpvsInfo,
  IpvsTable,
  ObservedDestination,
  ObservedService,
  ServiceKey,
  SyncDaemon,
  Timeouts,
} from './types.ts'
import { readInfo, readTimeouts } from './wire/config.ts'
import { destinationReader } from './wire/destination.ts'
import { readMessage } from './wire/generic-netlink.ts'
import {
  encodeChange,
  encodeDestinationsQuery,
  encodeInfoQuery,
  encodeServiceQuery,
  encodeServicesQuery,
  encodeSyncDaemonsQuery,
  encodeTimeoutsQuery,
} from './wire/requests.ts'
import { familyOfKey, readService } from './wire/service.ts'
import { readSyncDaemon } from './wire/sync-daemon.ts'

export interface IpvsOptions {
  /** A network namespace: a name under /run/netns, or a path; the process's own when absent. */
  readonly namespace?: string | undefined
  /** Has the module ip_vs loaded, where the kernel has no IPVS. It need not succeed, and may not throw. */
  readonly loadModule?: (() => void) | undefined
}

/** The answers to so many fit into the receive buffer even where its size is the system's default. */
export const REQUESTS_PER_WRITE = 64

/**
 * The family's number is looked up once: where the module is taken out and comes back, everything is refused (ENOENT),
 * and the table has to be opened again. It cannot be taken out while there is a service.
 *
 * Wants CAP_NET_ADMIN in the first user namespace: without it this succeeds, and everything else is refused (EPERM).
 *
 * @returns ENOENT where the kernel has no IPVS, with what to do about it
 */
export function openIpvsTable(options: IpvsOptions = {}): Result<IpvsTable, Refusal> {
  const transport = Transport.open({
    namespace: options.namespace,
    protocol: NETLINK_GENERIC,
    requestsPerWrite: REQUESTS_PER_WRITE,
    repeats: false,
  })
  return transport.ok
    ? ipvsTableOver(transport.value, options.loadModule)
    : rejected(refusalOfCall(transport.error))
}

/** @param transport one that repeats nothing; it is closed with the table, and when there is none */
export function ipvsTableOver(transport: Transport, loadModule?: () => void): Result<IpvsTable, Refusal> {
  const family = lookUpFamily(transport, loadModule)
  if (family.ok) return accepted(new NetlinkIpvsTable(transport, family.value))
  transport.close()
  return family
}

class NetlinkIpvsTable implements IpvsTable {
  private readonly transport: Transport
  private readonly family: number

  constructor(transport: Transport, family: number) {
    this.transport = transport
    this.family = family
  }

  info(): Result<IpvsInfo, Refusal> {
    return this.one(encodeInfoQuery(), readInfo)
  }

  services(): Result<readonly ObservedService[], Refusal> {
    return this.all(encodeServicesQuery(), readService)
  }

  service(key: ServiceKey): Result<ObservedService | undefined, Refusal> {
    const found = this.one(encodeServiceQuery(key), readService)
    return !found.ok && found.error.errno === ERRNO.ESRCH ? accepted(undefined) : found
  }

  destinations(key: ServiceKey): Result<readonly ObservedDestination[], Refusal> {
    return this.all(encodeDestinationsQuery(key), destinationReader(familyOfKey(key)))
  }

  timeouts(): Result<Timeouts, Refusal> {
    return this.one(encodeTimeoutsQuery(), readTimeouts)
  }

  syncDaemons(): Result<readonly SyncDaemon[], Refusal> {
    return this.all(encodeSyncDaemonsQuery(), readSyncDaemon)
  }

  change(changes: readonly IpvsChange[]): readonly Outcome[] {
    const bodies = changes.map(encodeChange)
    const requests: Request[] = bodies
      .filter((body) => body !== undefined)
      .map((body) => ({ type: this.family, flags: 0, body }))
    const outcomes = this.transport.request(requests).values()
    return bodies.map((body) => (body === undefined ? OUT_OF_RANGE : outcomes.next().value))
  }

  close(): void {
    this.transport.close()
  }

  /** What cannot be read is left out. */
  private all<T>(
    body: Uint8Array,
    read: (attributes: Attributes) => T | undefined,
  ): Result<readonly T[], Refusal> {
    const dump = this.transport.dump(this.family, body)
    return dump.ok ? accepted(this.read(dump.value, read)) : rejected(refusalOfAnswer(dump.error))
  }

  private one<T>(body: Uint8Array, read: (attributes: Attributes) => T | undefined): Result<T, Refusal> {
    const told = this.transport.query(this.family, body)
    if (!told.ok) return rejected(refusalOfAnswer(told.error))
    const [value] = this.read(told.value, read)
    return value === undefined ? rejected(UNREADABLE) : accepted(value)
  }

  private read<T>(messages: readonly Envelope[], read: (attributes: Attributes) => T | undefined): T[] {
    return messages
      .filter(({ type }) => type === this.family)
      .map(({ data }) => readMessage(data, read))
      .filter((value) => value !== undefined)
  }
}

const OUT_OF_RANGE = refusal(ERRNO.ERANGE)
const UNREADABLE = refusal(ERRNO.EPROTO, 'the kernel’s answer cannot be read')
