/**
 * What the daemon is there for is done by subsystems: virtual routers are the first of them. The host (`daemon/composition.ts`)
 * reads configurations, begins and ends the subsystems, passes on what the kernel tells, and joins what they report;
 * it knows nothing of what they do, and none of them knows another.
 */

import type { Result } from '../base/result.ts'
import type { Duration, Instant } from '../base/time.ts'
import type { Found } from '../control/problem.ts'
import type { StatusReport } from '../control/report.ts'
import type { LinkEvent } from '../netlink/types.ts'

/** One of the daemon's tasks, made for the configuration that it starts with. */
export interface Subsystem<Configuration, Plan> {
  /** One word, for the log. */
  readonly name: string
  /**
   * What takes time to find out about such a configuration, before any plan is made: another process is asked, say. It
   * touches nothing either, and no plan may follow. Nothing else of a reload happens meanwhile.
   *
   * @returns as `plan` does; it has a time limit of its own
   */
  examine?(configuration: Configuration): Promise<Result<undefined, string>>
  /**
   * What it would do with a configuration that has been read and found good. It touches nothing: a plan may be thrown
   * away.
   *
   * @returns rejected with one line for people (what, where, what to do): the reload is refused as a whole, and what
   *   runs goes on
   */
  plan(configuration: Configuration): Result<Plan, string>
  /** Begins with what it was made for. */
  start(): void
  /** Another configuration is in force: what differs is changed, and only that. */
  apply(plan: Plan): void
  /**
   * Links, addresses, routes and rules that have changed, in the kernel's order. From the start on, as soon as they are
   * read: the table has them already.
   */
  onKernel(events: readonly LinkEvent[]): void
  /** Its sections of `vrrpd status`. */
  report(moment: Moment): Sections
  /**
   * What an operator has to look at.
   *
   * @param report its own, of the same moment
   * @param loopLagMs how late the event loop ran at worst within the last minute or so
   */
  problems(report: Sections, moment: Moment, loopLagMs: number): readonly Found[]
  /** In a few words, for `systemctl status`; empty: nothing to say. */
  summary(): string
  /** How long ago something fell due that has not been done; zero or less when nothing has. */
  overdue(): Duration
  /**
   * Says goodbye and gives up what it holds. Everything that others wait for has been done when this returns; resolves
   * when the rest is over, too, and nothing is left for a next daemon to know.
   */
  stop(): Promise<void>
}

/** Both clocks at the same moment. */
export interface Moment {
  readonly now: Instant
  /** Milliseconds since the epoch. */
  readonly wallNowMs: number
}

/** What a status is made of besides what the host says of itself. A section is told by one subsystem. */
export type Sections = Partial<Omit<StatusReport, 'version' | 'problems' | 'notices' | 'daemon'>>
