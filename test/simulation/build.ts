/** Specifications of a scenario → what the engine is made of. */

import { seconds } from '../../src/base/time.ts'
import type { VirtualRouter } from '../../src/vrrp/election/state.ts'
import type { EngineSetup } from '../../src/vrrp/engine.ts'
import { makeRouter } from '../vrrp/kit.ts'
import type { HostSpec, RouterSpec } from './scenario.ts'

export const routerName = (vrid: number): string => `V${vrid}`
export const linkName = (lan: number): string => `lan${lan}`

export const buildSetup = ({ routers, groups }: HostSpec): Omit<EngineSetup, 'facts'> => ({
  routers: routers.map(buildRouter),
  groups: groups.map((vrids, index) => ({ name: `G${index + 1}`, members: vrids.map(routerName) })),
})

export const buildRouter = (spec: RouterSpec): VirtualRouter =>
  makeRouter({
    name: routerName(spec.vrid),
    vrid: spec.vrid,
    link: linkName(spec.lan),
    priority: spec.priority,
    ...(spec.state && { initialState: spec.state }),
    advertInterval: seconds(spec.interval),
    preempt: spec.preempt,
    preemptDelay: seconds(spec.preemptDelay),
    trackers: spec.scripts.map((script) => ({ kind: 'script' as const, ...script })),
  })
