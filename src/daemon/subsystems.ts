/** All subsystems as one: begun in their order, ended the other way round, and what they tell joined. */

import { accepted, rejected, type Result } from '../base/result.ts'
import { longer, seconds, type Duration } from '../base/time.ts'
import type { Found } from '../control/problem.ts'
import type { LinkEvent } from '../netlink/types.ts'
import type { Moment, Sections, Subsystem } from '../world/subsystem.ts'
import type { Examined } from './examined.ts'

/** A subsystem whose plans are its own business. */
interface Member {
  readonly subsystem: Omit<Subsystem<Examined, unknown>, 'plan' | 'apply'>
  /** @returns what applies the plan */
  readonly prepare: (configuration: Examined) => Result<() => void, string>
}

export class Subsystems {
  private readonly members: Member[] = []

  add<Plan>(subsystem: Subsystem<Examined, Plan>): void {
    this.members.push(memberOf(subsystem))
  }

  /** All at the same time. @returns rejected by the first, in their order, that cannot go with this configuration */
  async examine(configuration: Examined): Promise<Result<undefined, string>> {
    const all = this.members.map(async ({ subsystem }) => ({
      name: subsystem.name,
      outcome: (await subsystem.examine?.(configuration)) ?? accepted(undefined),
    }))
    for (const { name, outcome } of await Promise.all(all))
      if (!outcome.ok) return rejected(`${name}: ${outcome.error}`)
    return accepted(undefined)
  }

  /** @returns what puts all plans into force; rejected by the first that cannot go with this configuration */
  prepare(configuration: Examined): Result<() => void, string> {
    const all: (() => void)[] = []
    for (const { subsystem, prepare } of this.members) {
      const prepared = prepare(configuration)
      if (!prepared.ok) return rejected(`${subsystem.name}: ${prepared.error}`)
      all.push(prepared.value)
    }
    return accepted(() => {
      for (const apply of all) apply()
    })
  }

  start(): void {
    for (const { subsystem } of this.members) subsystem.start()
  }

  onKernel(events: readonly LinkEvent[]): void {
    for (const { subsystem } of this.members) subsystem.onKernel(events)
  }

  report(
    moment: Moment,
    loopLagMs: number,
  ): { readonly sections: Sections; readonly problems: readonly Found[] } {
    const told = this.members.map(({ subsystem }) => ({ subsystem, own: subsystem.report(moment) }))
    return {
      sections: told.reduce<Sections>((sections, { own }) => ({ ...sections, ...own }), {}),
      problems: told.flatMap(({ subsystem, own }) => subsystem.problems(own, moment, loopLagMs)),
    }
  }

  summary(): string {
    return this.members
      .map(({ subsystem }) => subsystem.summary())
      .filter((words) => words !== '')
      .join('; ')
  }

  overdue(): Duration {
    return this.members.map(({ subsystem }) => subsystem.overdue()).reduce(longer, seconds(0))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members].reverse().map(({ subsystem }) => subsystem.stop()))
  }
}

/** The type of the plan stays between these lines. */
const memberOf = <Plan>(subsystem: Subsystem<Examined, Plan>): Member => ({
  subsystem,
  prepare: (configuration) => {
    const plan = subsystem.plan(configuration)
    if (!plan.ok) return plan
    return accepted(() => {
      subsystem.apply(plan.value)
    })
  },
})
