/** Who becomes MASTER, and what was meant to change that and does not. */

import { formatIp } from '../../../base/address.ts'
import {
  nopreempt,
  preempt,
  priority as priorityKeyword,
  state,
} from '../../blocks/vrrp-instance/election.ts'
import { strictMode } from '../../blocks/vrrp-instance/vrrp-instance.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { VrrpInstance } from '../../model.ts'
import { spanOf } from '../../syntax/line.ts'
import { placeFor, remark, type Subject, warn, wordsFor } from './context.ts'
import { HIGHEST, LOWEST, OWNER, priorityRange, weightedTrackers } from './weights.ts'

export function lintElection(instance: VrrpInstance, subject: Subject, report: Report): void {
  assumedOwner(instance, subject, report)
  weightsWithoutPreemption(instance, subject, report)
  clampedWeights(instance, subject, report)
  ownPeer(instance, report)
  blockedAddresses(instance, subject, report)
}

function assumedOwner(instance: VrrpInstance, subject: Subject, report: Report): void {
  const word = wordsFor(subject, instance, state)?.[1]
  if (instance.priority !== OWNER || word === undefined) return
  if (wordsFor(subject, instance, priorityKeyword) !== undefined) return
  const message =
    'without a priority, state MASTER means 255, the priority of an address owner: no delay at start, no nopreempt, no weights'
  remark(report, 'assumed-owner', spanOf(word), message)
}

function weightsWithoutPreemption(instance: VrrpInstance, subject: Subject, report: Report): void {
  const [first] = weightedTrackers(instance, subject)
  if (instance.preempt || first === undefined) return
  const place = placeFor(subject, instance, nopreempt)
  const message = `with nopreempt a BACKUP leaves a MASTER of lower priority alone: where all routers have it, this weight takes nobody out of MASTER (without a weight, failure means FAULT, which does)`
  warn(report, 'nopreempt-weight', first.span, message, {
    related: [{ span: place, message: `${instance.name} has nopreempt` }],
  })
}

function clampedWeights(instance: VrrpInstance, subject: Subject, report: Report): void {
  if (instance.priority === OWNER) return
  const { least, most } = priorityRange(instance, subject)
  const place = placeFor(subject, instance, priorityKeyword)
  const say = (to: string, end: number): void => {
    const message = `priority and weights come ${to}, but effective priorities end at ${end}: routers that get there are equal`
    remark(report, 'weight-clamped', place, message)
  }
  if (most > HIGHEST) say(`to ${most}`, HIGHEST)
  if (least < LOWEST) say(`down to ${least}`, LOWEST)
}

/** What the configuration alone shows; host.ts knows this machine's addresses. */
function ownPeer({ sourceAddress, unicastPeers }: VrrpInstance, report: Report): void {
  for (const { address, span } of unicastPeers)
    if (address === sourceAddress)
      warn(report, 'own-peer', span, `${formatIp(address)} is this router's own source address: leave it out`)
}

function blockedAddresses(instance: VrrpInstance, subject: Subject, report: Report): void {
  if (!instance.strict || instance.accept || instance.addresses.length === 0) return
  const span = placeFor(subject, instance, strictMode)
  const message = `in strict mode keepalived drops everything sent to ${instance.name}'s addresses, ping included: only an owner (priority 255) accepts it. vrrpd does so ${instance.dropsTraffic ? 'here, too, because of no_accept' : 'only where no_accept is written'}`
  remark(report, 'blocked-addresses', span, message)
}

/** Instances that say `nopreempt` and preempt all the same: `state MASTER` or priority 255 take it back. */
export const clearedNopreempt = ({ model, blocks }: Subject): readonly string[] =>
  model.instances
    .filter(({ name, preempt: preempts }) => {
      const said = blocks
        .get(name)
        ?.nodes.findLast(({ keyword }) => keyword === nopreempt || keyword === preempt)
      return preempts && said?.keyword === nopreempt
    })
    .map(({ name }) => name)
