/** All subsystems as one: begun in their order, ended the other way round, and what they tell joined. */

import { accepted, rejected, type Result } from '../base/result.ts'
import { longer, seconds, type Duration } from '../base/time.ts'
import type { Found } from '../control/problem.ts'
import type { LinkEvent } from '../netlink/types.ts'
import type { Moment, Sections, Subsystem } from '../world/subsystem.ts'
import type { Examined } from './examined.ts'

/** A subsystem whose plans are its own business. */
interface Member extends Omit<Subsystem<Examined, unknown>, 'plan' | 'apply'> {
  /** @returns what applies the plan */
  readonly prepare: (configuration: Examined) => Result<() => void, string>
}

export class Subsystems {
  private readonly members: Member[] = []

  add<Plan>(subsystem: Subsystem<Examined, Plan>): void {
    this.members.push(memberOf(subsystem))
  }

  /** @returns what puts all plans into force; rejected by the first that cannot go with this configuration */
  prepare(configuration: Examined): Result<() => void, string> {
    const all: (() => void)[] = []
    for (const { name, prepare } of this.members) {
      const prepared = prepare(configuration)
      if (!prepared.ok) return rejected(`${name}: ${prepared.error}`)
      all.push(prepared.value)
    }
    return accepted(() => {
      for (const apply of all) apply()
    })
  }

  start(): void {
    for (const member of this.members) member.start()
  }

  onKernel(events: readonly LinkEvent[]): void {
    for (const member of this.members) member.onKernel(events)
  }

  report(
    moment: Moment,
    loopLagMs: number,
  ): { readonly sections: Sections; readonly problems: readonly Found[] } {
    const told = this.members.map((member) => ({ member, own: member.report(moment) }))
    return {
      sections: told.reduce<Sections>((sections, { own }) => ({ ...sections, ...own }), {}),
      problems: told.flatMap(({ member, own }) => member.problems(own, moment, loopLagMs)),
    }
  }

  summary(): string {
    return this.members
      .map((member) => member.summary())
      .filter((words) => words !== '')
      .join('; ')
  }

  overdue(): Duration {
    return this.members.map((member) => member.overdue()).reduce(longer, seconds(0))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members].reverse().map((member) => member.stop()))
  }
}

/** The type of the plan stays between these lines. */
const memberOf = <Plan>(subsystem: Subsystem<Examined, Plan>): Member => ({
  name: subsystem.name,
  prepare: (configuration) => {
    const plan = subsystem.plan(configuration)
    if (!plan.ok) return plan
    return accepted(() => {
      subsystem.apply(plan.value)
    })
  },
  start: () => {
    subsystem.start()
  },
  onKernel: (events) => {
    subsystem.onKernel(events)
  },
  report: (moment) => subsystem.report(moment),
  problems: (report, moment, loopLagMs) => subsystem.problems(report, moment, loopLagMs),
  summary: () => subsystem.summary(),
  overdue: () => subsystem.overdue(),
  stop: () => subsystem.stop(),
})
