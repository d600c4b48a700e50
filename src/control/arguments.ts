/** What a request says besides its name, validated at the door. Unknown fields are ignored. Pure. */

import { accepted, rejected, type Result } from '../base/result.ts'

export type NoArguments = Readonly<Record<string, never>>

export interface EventsArguments {
  /** Only what concerns this vrrp_instance; absent: everything. */
  readonly instance?: string
  /** At most so many, the newest; absent: all there are. */
  readonly last?: number
}

export interface ReloadArguments {
  /** Only say what would change. */
  readonly dryRun?: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** The reason is for the client. */
export type Parsed<T> = Result<T, string>

export const noArguments = (): Parsed<NoArguments> => accepted({})

export function eventsArguments({ instance, last }: Fields): Parsed<EventsArguments> {
  if (instance !== undefined && typeof instance !== 'string') return rejected('instance: expected a name')
  if (last !== undefined && !isCount(last)) return rejected('last: expected a whole number of at least 0')
  return accepted({ ...(instance !== undefined && { instance }), ...(last !== undefined && { last }) })
}

export interface LvsStatusArguments {
  /** Only these: a virtual server, or a real server wherever it is. */
  readonly subject?: string
  /** Where there are more real servers than so many, only those that are down are told. */
  readonly mostServers?: number
}

export interface LvsEventsArguments {
  /** Only what concerns this virtual or real server; absent: everything. */
  readonly subject?: string
  /** As of `events`. */
  readonly last?: number
}

export function lvsStatusArguments({ subject, mostServers }: Fields): Parsed<LvsStatusArguments> {
  if (subject !== undefined && typeof subject !== 'string') return rejected(NO_SUBJECT)
  if (mostServers !== undefined && !isCount(mostServers))
    return rejected('mostServers: expected a whole number of at least 0')
  return accepted({
    ...(subject !== undefined && { subject }),
    ...(mostServers !== undefined && { mostServers }),
  })
}

export function lvsEventsArguments({ subject, last }: Fields): Parsed<LvsEventsArguments> {
  if (subject !== undefined && typeof subject !== 'string') return rejected(NO_SUBJECT)
  if (last !== undefined && !isCount(last)) return rejected('last: expected a whole number of at least 0')
  return accepted({ ...(subject !== undefined && { subject }), ...(last !== undefined && { last }) })
}

const NO_SUBJECT = 'subject: expected a name or an address'

export const reloadArguments = ({ dryRun = false }: Fields): Parsed<ReloadArguments> =>
  typeof dryRun === 'boolean' ? accepted({ dryRun }) : rejected('dryRun: expected true or false')

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Instances and sync groups by name, or all there are. */
export interface Targets {
  readonly names: readonly string[]
  readonly all: boolean
}

export interface DrainArguments extends Targets {
  /** Come back by itself after so long; at most a day. */
  readonly forMs?: number
  /** Stay out even if nobody takes over. */
  readonly force?: boolean
}

export interface WhyArguments {
  /** An instance's name or a virtual address; of `lvs-why` a virtual or a real server. */
  readonly subject: string
}

export function targets({ names = [], all = false }: Fields): Parsed<Targets> {
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    return rejected('names: expected a list of names')
  }
  if (typeof all !== 'boolean') return rejected('all: expected true or false')
  if (all === names.length > 0) return rejected('expected either names or all')
  return accepted({ names, all })
}

const LONGEST_MS = 24 * 3_600_000

export function drainArguments(fields: Fields): Parsed<DrainArguments> {
  const given = targets(fields)
  if (!given.ok) return given
  const { forMs, force = false } = fields
  if (forMs !== undefined && !(isCount(forMs) && forMs > 0 && forMs <= LONGEST_MS)) {
    return rejected('forMs: expected milliseconds, at most a day')
  }
  if (typeof force !== 'boolean') return rejected('force: expected true or false')
  return accepted({ ...given.value, ...(forMs !== undefined && { forMs }), force })
}

export const whyArguments = ({ subject }: Fields): Parsed<WhyArguments> =>
  typeof subject === 'string' ? accepted({ subject }) : rejected(NO_SUBJECT)
