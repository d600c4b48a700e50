/** Members of a sync group agree, and the group is announced as what they are. */

import type { NotifyState } from '../../../src/vrrp/election/state.ts'
import { routerName } from '../build.ts'
import type { Host } from '../host.ts'
import { isDismissed, type Observation } from '../surroundings.ts'
import type { Check } from '../world.ts'

const statesOf = ({ host, after }: Observation, vrids: readonly number[]): readonly string[] =>
  vrids.flatMap((vrid) => after.routers.get(routerName(vrid))?.state.kind ?? []).filter(() => host.isActive)

/** A member that a reload brings does not call the others back; it follows them by its own timer. */
export function agreement(): Check {
  const late = new Set<string>()
  const forget = ({ number }: Host): void => {
    for (const each of late) if (each.startsWith(`${number} `)) late.delete(each)
  }
  const observe = (observation: Observation): string | undefined => {
    const { host, event, before, after } = observation
    if (event.type === 'start') forget(host)
    if (event.type === 'reconfigure')
      for (const name of after.routers.keys())
        if (!before.routers.has(name)) late.add(`${host.number} ${name}`)
    for (const [name, { state }] of after.routers)
      if (state.kind === 'master' || state.kind === 'fault') late.delete(`${host.number} ${name}`)
    for (const vrids of host.spec.groups) {
      const isInStep = (name: string): boolean =>
        !late.has(`${host.number} ${name}`) && !isDismissed(observation, name)
      const inStep = vrids.filter((vrid) => isInStep(routerName(vrid)))
      const states = statesOf(observation, inStep)
      for (const decisive of ['master', 'fault'])
        if (states.includes(decisive) && states.some((state) => state !== decisive))
          return `host ${host.number}: members are ${states.join(', ')}`
    }
    return undefined
  }
  return { name: 'sync group', observe }
}

/** A lost address makes the members Backup without a word about the group. */
export function groupNotifies(): Check {
  const told = new Map<string, NotifyState>()
  return {
    name: 'group notify',
    observe: (observation) => {
      const { host, event, before, effects } = observation
      if (event.type === 'start')
        for (const index of host.spec.groups.keys()) told.delete(key(host.number, index))
      if (event.type === 'reconfigure')
        for (const index of host.spec.groups.keys())
          if (!before.groups.has(`G${index + 1}`)) told.delete(key(host.number, index))
      for (const effect of effects)
        if (effect.type === 'group-notify') {
          const group = `${host.number} ${effect.group}`
          if (told.get(group) === effect.state) return `host ${group}: ${effect.state} notified twice`
          told.set(group, effect.state)
        }
      for (const [index, vrids] of host.spec.groups.entries()) {
        const joint = jointState(statesOf(observation, vrids))
        const group = key(host.number, index)
        if (event.type === 'address-lost' && joint === 'BACKUP') told.set(group, 'BACKUP')
        // With members gone, or with others, it may be in one state already, which is nothing to announce.
        if (event.type === 'reconfigure' && joint !== undefined) told.set(group, joint)
        if (joint !== undefined && told.get(group) !== joint)
          return `host ${group}: all are ${joint}, told ${told.get(group) ?? 'nothing'}`
      }
      return undefined
    },
  }
}

const key = (host: number, index: number): string => `${host} G${index + 1}`

const JOINT: Readonly<Record<string, NotifyState>> = { master: 'MASTER', backup: 'BACKUP', fault: 'FAULT' }

const jointState = ([first, ...others]: readonly string[]): NotifyState | undefined =>
  first !== undefined && others.every((state) => state === first) ? JOINT[first] : undefined
