/**
 * From what is to the table that is wanted, in an order that leaves no service without a server on the way: what comes
 * in goes before what goes out. keepalived 2.2.7 takes the servers out before the sorry server comes in, and a client
 * of these milliseconds is refused. A service that goes takes its destinations along: one command instead of many.
 */

import type { Destination, DestinationKey, IpvsChange, Service, ServiceKey } from '../netlink/ipvs/types.ts'
import { destinationText, serviceText } from './keys.ts'

/** A service as the kernel has it, or is to have it. */
export interface TableService {
  readonly service: Service
  readonly destinations: readonly Destination[]
}

export type Table = readonly TableService[]

/** What the kernel has of something: nothing, this, or a thing of this key that is otherwise. */
export type Held<T> = T | 'unknown' | undefined

export interface Move<T> {
  readonly before: Held<T>
  readonly after: T | undefined
}

export interface DestinationMove extends Move<Destination> {
  readonly key: DestinationKey
}

/** What we have asked for: by serviceText, then by destinationText, the weights. */
export type Ours = ReadonlyMap<string, ReadonlyMap<string, number>>

export interface TablePlan {
  readonly wanted: Table
  /** The kernel's dump. */
  readonly actual: Table
  readonly ours: Ours
  /**
   * What others have done to our services. `kept`: a weight stays until another one than before is wanted, and
   * destinations that we never asked for stay. `undone`: our services are as wanted, and nothing else.
   */
  readonly handMade: 'kept' | 'undone'
  /** Everybody's services go that are not wanted; those that are wanted serve on, as no flush would let them. */
  readonly flush?: boolean
}

/** Services that are neither wanted nor ours are not touched, but by `flush`. */
export function planTable({
  wanted,
  actual,
  ours,
  handMade,
  flush = false,
}: TablePlan): readonly IpvsChange[] {
  const present = new Map(actual.map((each) => [serviceText(each.service.key), each]))
  const empties =
    flush && actual.length > 0 && !wanted.some(({ service }) => present.has(serviceText(service.key)))
  if (empties) present.clear()
  const changes: IpvsChange[] = empties ? [{ type: 'flush' }] : []
  for (const { service, destinations } of wanted) {
    const text = serviceText(service.key)
    const now = present.get(text)
    const asked = ours.get(text)
    const moves = now
      ? movesOf(destinations, now.destinations, asked, handMade)
      : destinations.map((after) => ({ key: after.key, before: undefined, after }))
    changes.push(...planService(service.key, { before: now?.service, after: service }, moves))
    present.delete(text)
  }
  for (const [text, { service }] of present)
    if (flush || ours.has(text)) changes.push({ type: 'delete-service', key: service.key })
  return changes
}

function movesOf(
  wanted: readonly Destination[],
  actual: readonly Destination[],
  asked: ReadonlyMap<string, number> | undefined,
  handMade: TablePlan['handMade'],
): readonly DestinationMove[] {
  const left = new Map(actual.map((each) => [destinationText(each.key), each]))
  const moves: DestinationMove[] = []
  for (const destination of wanted) {
    const text = destinationText(destination.key)
    const before = left.get(text)
    left.delete(text)
    const edited = handMade === 'kept' && before !== undefined && asked?.get(text) === destination.weight
    const after = edited ? { ...destination, weight: before.weight } : destination
    moves.push({ key: destination.key, before, after })
  }
  for (const [text, before] of left)
    if (handMade === 'undone' || asked?.has(text) === true)
      moves.push({ key: before.key, before, after: undefined })
  return moves
}

/** @param moves of destinations; those that stay as they are may be left out */
export function planService(
  key: ServiceKey,
  service: Move<Service>,
  moves: readonly DestinationMove[],
): readonly IpvsChange[] {
  if (service.after === undefined)
    return service.before === undefined ? [] : [{ type: 'delete-service', key }]
  const own: readonly IpvsChange[] =
    service.before === undefined
      ? [{ type: 'add-service', service: service.after }]
      : service.before === 'unknown' || !sameService(service.before, service.after)
        ? [{ type: 'edit-service', service: service.after }]
        : []
  const serving: IpvsChange[] = []
  const resting: IpvsChange[] = []
  const leaving: IpvsChange[] = []
  for (const { key: destination, before, after } of moves) {
    if (after !== undefined) {
      if (before !== undefined && before !== 'unknown' && sameDestination(before, after)) continue
      const type = before === undefined ? 'add-destination' : 'edit-destination'
      const changes = after.weight > 0 ? serving : resting
      changes.push({ type, key, destination: after })
    } else if (before !== undefined) {
      leaving.push({ type: 'delete-destination', key, destination })
    }
  }
  return [...own, ...serving, ...resting, ...leaving]
}

export const sameService = (a: Service, b: Service): boolean =>
  a.scheduler === b.scheduler &&
  a.schedulerFlags.flag1 === b.schedulerFlags.flag1 &&
  a.schedulerFlags.flag2 === b.schedulerFlags.flag2 &&
  a.schedulerFlags.flag3 === b.schedulerFlags.flag3 &&
  a.onePacket === b.onePacket &&
  a.persistence?.timeoutSeconds === b.persistence?.timeoutSeconds &&
  a.persistence?.engine === b.persistence?.engine &&
  a.netmask === b.netmask

/** Older kernels show `local` for a destination on this host, whatever was asked (keepalived issues 1431, 2450). */
export const sameDestination = (actual: Destination, wanted: Destination): boolean =>
  actual.weight === wanted.weight &&
  actual.upperThreshold === wanted.upperThreshold &&
  actual.lowerThreshold === wanted.lowerThreshold &&
  (actual.forwarding === 'local' ||
    (actual.forwarding === wanted.forwarding &&
      (wanted.forwarding !== 'tunnel' || sameTunnel(actual, wanted))))

const sameTunnel = ({ tunnel: a }: Destination, { tunnel: b }: Destination): boolean =>
  a.type === b.type && a.port === b.port && a.checksum === b.checksum
