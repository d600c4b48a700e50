/** The chain of causes behind an instance's state, from the journal; and what keeps it there. Pure. */

import type { EventReport } from '../../control/events.ts'
import type { Problem } from '../../control/problem.ts'
import type { InstanceReport } from '../../control/report.ts'
import type { WhyReport } from '../../control/why.ts'
import type { Journal } from './journal.ts'

/**
 * @param transition the journal's id of the instance's last change of state
 * @param problems those of the instance
 */
export function whyReport(
  instance: InstanceReport,
  journal: Pick<Journal, 'get' | 'after'>,
  transition: number | undefined,
  problems: readonly Pick<Problem, 'code' | 'text'>[] = [],
): WhyReport {
  const { name, state, since } = instance
  const chain = transition === undefined ? [] : chainOf(name, journal, transition)
  const firstMs = Date.parse(chain[0]?.at ?? since)
  return {
    instance: name,
    state,
    since,
    chain: chain.map(({ id, at, text }) => ({ id, at, afterMs: Date.parse(at) - firstMs, text })),
    now: [
      ...stateNow(instance),
      ...priorityNow(instance),
      ...problems.filter(({ code }) => BEYOND.includes(code)).map(({ text }) => text),
    ],
  }
}

/** What neither the journal nor the instance's own state tells. */
const BEYOND: readonly Problem['code'][] = ['firewall', 'adverts-rejected', 'address-conflict']

function chainOf(
  name: string,
  journal: Pick<Journal, 'get' | 'after'>,
  transition: number,
): readonly EventReport[] {
  const before: EventReport[] = []
  for (let event = journal.get(transition); event; event = journal.get(event.cause)) before.unshift(event)
  const known = new Set([transition])
  const later = journal.after(transition).events.filter((event) => {
    if (event.instance !== name || event.cause === null || !known.has(event.cause)) return false
    known.add(event.id)
    return true
  })
  return [...before, ...later]
}

function stateNow(instance: InstanceReport): readonly string[] {
  switch (instance.state) {
    case 'MASTER':
      return masterNow(instance)
    case 'BACKUP':
      return [backupNow(instance)]
    case 'FAULT':
      return [`${instance.name} stays in FAULT: ${instance.because}`, elsewhere(instance)]
    case 'INIT':
      return [`${instance.name} takes no part yet: ${instance.because}`]
  }
}

function masterNow({ name, addresses, rivals }: InstanceReport): readonly string[] {
  const missing = addresses.filter(({ present }) => !present)
  const list = missing.map(({ address }) => address).join(', ')
  return [
    missing.length === 0
      ? `this host serves ${name}`
      : `this host is MASTER of ${name}, but ${list} is missing`,
    ...rivals.map(({ address, priority }) => `${address} claims to be master too, with priority ${priority}`),
  ]
}

function backupNow({
  name,
  master,
  priority: { effective },
  preempt,
  timers,
  group,
}: InstanceReport): string {
  if (master === null) {
    const wait = (timers.masterDownIntervalMs / 1000).toFixed(2)
    const held =
      group === null ? '' : `, unless another member of its sync group ${group} still hears a master`
    return `no master is heard: ${name} takes over after ${wait} s of silence${held}`
  }
  const who = `${master.address} is MASTER since ${master.since}`
  if (master.priority > effective)
    return `${who}: its priority is ${master.priority} against ${effective} here`
  if (master.priority === effective) {
    return `${who}: it has the same priority ${effective}, and a Backup never preempts its equal`
  }
  return `${who} with priority ${master.priority} against ${effective} here; ${name} ${preempt.because}`
}

function elsewhere({ name, master, interface: link }: InstanceReport): string {
  return master === null
    ? `no master of ${name} is heard on ${link}: nobody serves its addresses, as far as this host can see`
    : `${master.address} is MASTER since ${master.since}, with priority ${master.priority}`
}

function priorityNow({ priority: { base, effective, contributions } }: InstanceReport): readonly string[] {
  if (base === effective) return []
  const terms = contributions.filter(({ weight }) => weight !== 0)
  const list = terms.map(({ tracker, weight }) => `${weight > 0 ? '+' : ''}${weight} ${tracker}`).join(' ')
  return [`the priority is ${effective}: ${base} ${list}`]
}
