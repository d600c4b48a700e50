/** A story of `vrrpd simulate` that is told twice, and what the two worlds have in common of it. */

import type { Duration } from '../../../src/base/time.ts'
import type { StoryEvent } from '../../../src/simulation/story/story.ts'
import type { LanOptions } from '../../support/lab/network.ts'

/** What a configuration may name of its host. */
export interface Place {
  readonly host: string
  /** A script that passes until the story says otherwise. */
  readonly check: string
  /** A file that is not there at first. */
  readonly file: string
  /** A program that runs until the story says otherwise; no other of its name does anywhere. */
  readonly program: string
}

/** How long after a line of the story a host takes the first address, by the protocol's figures. */
export interface Span {
  /** A part of the line. */
  readonly after: string
  readonly host: string
  readonly atLeast: Duration
  /**
   * The same in reality, where it counts from the line. Absent: it counts from what a daemon has said last, which
   * is the wire's to know.
   */
  readonly atLeastReally?: Duration
  readonly atMost: Duration
}

export interface Tale {
  readonly name: string
  readonly hosts: readonly string[]
  readonly lans?: readonly LanOptions[]
  /** Hosts that do not start at once have a start as their first line, so that the first Master is no race. */
  readonly story: string
  config(place: Place): string
  /** What hosts read anew, by the name that the story gives it. */
  readonly files?: Readonly<Record<string, (place: Place) => string>>
  /** Who takes which address in the whole story: so that it is about what it says. */
  readonly owners: Readonly<Record<string, readonly string[]>>
  readonly spans?: readonly Span[]
  /** Hosts hear what the wire's observer hears, and each router decides for itself. */
  readonly isPlain?: boolean
  /** Who starts again after a crash goes on as Master only if that takes no longer. */
  readonly restartWithin?: Duration
}

/** By address, without prefix. */
export type ByAddress<T> = Readonly<Record<string, T>>

/** What the two worlds have in common. */
export interface Told {
  /** Who took it, one after the other; who takes it again without another in between is named once. */
  readonly owners: ByAddress<readonly string[]>
  /** How often each host came to have it, as its own kernel tells. */
  readonly gains: ByAddress<Readonly<Record<string, number>>>
  /** Who has it when all is over. */
  readonly atEnd: ByAddress<readonly string[]>
}

/** @param words of its line */
export function eventOf(story: string, events: readonly StoryEvent[], words: string): StoryEvent {
  const found = events.find(({ span }) => story.slice(span.start, span.end).includes(words))
  if (found === undefined) throw new Error(`no line of the story has '${words}'`)
  return found
}

export const withoutRepetitions = (hosts: readonly string[]): readonly string[] =>
  hosts.filter((host, index) => host !== hosts[index - 1])

export function tally(hosts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const host of hosts) counts[host] = (counts[host] ?? 0) + 1
  return counts
}

export const withoutPrefix = (cidr: string): string => cidr.split('/')[0] ?? ''
