/** Entering a state: its deadlines, and what has to be done on the way, in keepalived's order. */

import { after, type Instant } from '../../base/time.ts'
import { masterDownInterval } from './timers.ts'
import type {
  Conditions,
  Effect,
  FaultReason,
  Note,
  NotifyState,
  State,
  Step,
  VirtualRouter,
} from './state.ts'

export const unchanged = (state: State): Step => ({ state, effects: [] })

export const note = (value: Note): Effect => ({ type: 'note', note: value })

export const notify = (state: NotifyState, priority: number): Effect => ({ type: 'notify', state, priority })

export function describeFault(reason: FaultReason): string {
  switch (reason.kind) {
    case 'link-missing':
      return `interface ${reason.subject} does not exist`
    case 'link-down':
      return `interface ${reason.subject} down`
    case 'no-source-address':
      return `no IPv4 address on ${reason.subject}`
    case 'tracker':
      return `${reason.subject} failed`
    case 'group':
      return `sync group member ${reason.subject}`
  }
}

/**
 * The advert goes out before the addresses are set: hosts must not hear our
 * gratuitous ARP while the old Master still answers for them. Addresses and
 * routes, then ARP, then the operator's scripts (measured order of keepalived).
 */
export function becomeMaster(
  router: VirtualRouter,
  from: State,
  conditions: Conditions,
  now: Instant,
  because: string,
): Step {
  const { garp } = router
  return {
    state: {
      kind: 'master',
      nextAdvertAt: after(now, router.advertInterval),
      secondBurstAt: garp.delay > 0 ? after(now, garp.delay) : undefined,
      secondBurstRepeat: garp.repeat,
      // keepalived: the first refresh comes one refresh interval after the second burst.
      refreshAt: garp.refresh > 0 ? after(after(now, garp.delay), garp.refresh) : undefined,
    },
    effects: [
      { type: 'send-advert', priority: conditions.priority, copies: 1 },
      note({ kind: 'transition', from: from.kind, to: 'master', because }),
      note({ kind: 'setting-addresses' }),
      { type: 'install' },
      { type: 'announce', repeat: garp.repeat },
      notify('MASTER', conditions.priority),
    ],
  }
}

/** From Initialize or Fault: a whole Master_Down_Interval of listening first, whatever `state` the file wants. */
export function becomeBackup(
  router: VirtualRouter,
  from: State,
  conditions: Conditions,
  now: Instant,
  because: string,
): Step {
  return {
    state: listening(after(now, masterDownInterval(router, conditions.priority))),
    effects: [
      note({ kind: 'transition', from: from.kind, to: 'backup', because }),
      notify('BACKUP', conditions.priority),
    ],
  }
}

/** A Backup that has heard nobody yet. */
export const listening = (masterDownAt: Instant): State & { kind: 'backup' } => ({
  kind: 'backup',
  masterDownAt,
  master: undefined,
  preemptAt: undefined,
  wantsMaster: false,
})

/**
 * A Master says goodbye with priority 0. keepalived sends it twice when the
 * fault is the router's own and once when a group sibling's (measured).
 */
export function becomeFault(from: State, conditions: Conditions): Step {
  const because = conditions.faults.map(describeFault).join(', ')
  const ownFault = conditions.faults.some((reason) => reason.kind !== 'group')
  const leaving: readonly Effect[] =
    from.kind === 'master'
      ? [
          { type: 'send-advert', priority: 0, copies: ownFault ? 2 : 1 },
          note({ kind: 'priority-zero-sent' }),
          note({ kind: 'removing-addresses' }),
          { type: 'withdraw' },
        ]
      : []
  return {
    state: { kind: 'fault', reasons: conditions.faults },
    effects: [
      note({ kind: 'transition', from: from.kind, to: 'fault', because }),
      ...leaving,
      notify('FAULT', conditions.priority),
    ],
  }
}
