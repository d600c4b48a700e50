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

export const reloadArguments = ({ dryRun = false }: Fields): Parsed<ReloadArguments> =>
  typeof dryRun === 'boolean' ? accepted({ dryRun }) : rejected('dryRun: expected true or false')

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
