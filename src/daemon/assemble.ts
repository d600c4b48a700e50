/**
 * Model → what the other parts need: virtual routers for the engine, kernel
 * state and scripts for the outbox. The only place that knows both the
 * configuration's words and the protocol's. Pure.
 */

import type { VrrpModel, Notify, SyncGroup, VrrpInstance } from '../config/model.ts'
import { heldDelays, type HeldDelay } from '../config/blocks/interface-up-down-delays.ts'
import { milliseconds, type Instant } from '../base/time.ts'
import type { VirtualRouter } from '../vrrp/election/state.ts'
import { identityOf } from '../vrrp/reconfigure.ts'
import { dependenciesOf, linksOfStaticItems } from './dependencies.ts'
import { pacingOf, type Pacing } from './kernel/garp-pacing.ts'
import { advertised, channelOf, transportOf, type Transport } from './adverts/transport.ts'
import { noVirtualMac, planVirtualMacs, type VirtualMacPlan } from './kernel/virtual-mac-plan.ts'
import type { WantedVirtualMac } from './kernel/virtual-macs.ts'
import { desiredState, type DesiredState } from '../addressing/desired.ts'

/** One vrrp_instance as the daemon runs it. */
export interface Assembled extends DesiredState {
  readonly router: VirtualRouter
  readonly instance: VrrpInstance
  readonly transport: Transport
  /** Where its adverts are sent and heard: its own link, or the virtual MAC interface on it. */
  readonly advertLink: string
  readonly virtualMacs: readonly WantedVirtualMac[]
}

export interface Assembly {
  /** Of gratuitous ARP. */
  readonly pacing: Pacing
  /** Until a change of a link counts. */
  readonly linkDelays: ReadonlyMap<string, HeldDelay>
  /** Static items. */
  readonly statics: DesiredState
  readonly routers: readonly Assembled[]
  readonly groups: readonly {
    readonly name: string
    readonly members: readonly string[]
    readonly notify: Notify
  }[]
}

/**
 * @param canSign whether this host has what auth_type AH needs; asked only if an instance has that
 * @param settings what the command line and the host as it is now add
 */
export function assemble(
  model: VrrpModel,
  canSign: () => boolean = () => true,
  { pauseGuard = false, virtualMacs = [], deafUntil }: AssemblySettings = {},
): Assembly {
  const plans = planVirtualMacs(model.instances, virtualMacs, model.global.virtualMacNames)
  const signs = model.instances.some(({ authentication }) => authentication.type === 'AH') && canSign()
  const routers = model.instances.map((instance) => {
    const transport = transportOf(instance, { 4: model.global.mcastGroup4, 6: model.global.mcastGroup6 })
    return assembleInstance(instance, transport, groupOf(model, instance), {
      signs,
      pauseGuard,
      deafUntil,
      plan: plans.get(instance.name) ?? noVirtualMac(instance.link),
      staticLinks: linksOfStaticItems(model, instance.name),
    })
  })
  return {
    pacing: pacingOf(model),
    linkDelays: withVirtualMacs(heldDelays(model), routers),
    statics: desiredState({
      addresses: model.staticAddresses,
      routes: model.staticRoutes,
      rules: model.staticRules,
    }),
    routers: withChannelsOfTheirOwn(routers),
    groups: model.syncGroups,
  }
}

/** A virtual MAC interface goes up and down with the one that it stands on. */
function withVirtualMacs(
  delays: ReadonlyMap<string, HeldDelay>,
  routers: readonly Assembled[],
): ReadonlyMap<string, HeldDelay> {
  const inherited = routers
    .flatMap(({ virtualMacs }) => virtualMacs)
    .flatMap(({ name, link }): [string, HeldDelay][] => {
      const delay = delays.get(link)
      return delay === undefined ? [] : [[name, delay]]
    })
  return new Map([...delays, ...inherited])
}

export interface AssemblySettings {
  /** `--pause-guard`: see VirtualRouter */
  readonly pauseGuard?: boolean
  /** When `vrrp_startup_delay` is over, counted from the daemon's start. */
  readonly deafUntil?: Instant | undefined
  /** Those that are there: their names stay. */
  readonly virtualMacs?: readonly WantedVirtualMac[]
}

const groupOf = (model: VrrpModel, instance: VrrpInstance): SyncGroup | undefined =>
  model.syncGroups.find((group) => group.members.includes(instance.name))

/** What the host, the command line and the rest of the file add to an instance. */
interface Circumstances {
  readonly signs: boolean
  readonly pauseGuard: boolean
  readonly deafUntil: Instant | undefined
  /** Of static items that have a track_group with this instance. */
  readonly staticLinks: readonly string[]
  readonly plan: VirtualMacPlan
}

function assembleInstance(
  instance: VrrpInstance,
  transport: Transport,
  group: SyncGroup | undefined,
  circumstances: Circumstances,
): Assembled {
  const { addresses, excludedAddresses, routes, rules } = instance
  const { macs, advertLink, standIns } = circumstances.plan
  const state = desiredState({ addresses: [...addresses, ...excludedAddresses], routes, rules })
  return {
    instance,
    transport,
    router: assembleRouter(instance, transport, group, circumstances),
    advertLink,
    virtualMacs: macs,
    ...state,
    // Advertised addresses first: the order of installing and announcing.
    addresses: state.addresses.map((wanted) => ({
      ...wanted,
      link: standIns.get(wanted.link) ?? wanted.link,
    })),
  }
}

/**
 * A keepalived that is Master and hears an advert whose number is not new puts its
 * own next advert off by a whole interval (measured). If ours came exactly one
 * interval apart, it might never come to tell us where the numbers are, and both
 * would stay Master: hosts whose LAN had healed did for more than 40 s (measured).
 */
const SIGNED_ADVERT_SLACK = milliseconds(10)

function assembleRouter(
  instance: VrrpInstance,
  transport: Transport,
  group: SyncGroup | undefined,
  { signs, pauseGuard, deafUntil, staticLinks, plan }: Circumstances,
): VirtualRouter {
  const { garp } = instance
  const { requiredLinks, trackers } = dependenciesOf(instance, group, staticLinks)
  return {
    name: instance.name,
    link: instance.link,
    ...(plan.advertLink !== instance.link && { advertLink: plan.advertLink }),
    vrid: instance.vrid,
    channel: channelOf(transport, instance.family, instance.sourceAddress),
    version: instance.version,
    family: instance.family,
    priority: instance.priority,
    initialState: instance.wantedState,
    advertInterval: instance.advertInterval,
    ...(instance.authentication.type === 'AH' && { signed: true, advertSlack: SIGNED_ADVERT_SLACK }),
    preempt: instance.preempt,
    preemptDelay: instance.preemptDelay,
    ...(pauseGuard && { pauseGuard }),
    ...(deafUntil !== undefined && { deafUntil }),
    downTimerAdverts: instance.downTimerAdverts,
    addresses: advertised(instance),
    garp: {
      repeat: garp.masterRepeat,
      delay: garp.masterDelay,
      refresh: garp.masterRefresh,
      refreshRepeat: garp.masterRefreshRepeat,
      lowerPrioDelay: garp.lowerPrioDelay,
      lowerPrioRepeat: garp.lowerPrioRepeat,
      ...(announcesElsewhere(instance, plan) && { elsewhere: garp.extraInterval }),
    },
    lowerPrioNoAdvert: instance.lowerPrioNoAdvert,
    higherPrioSendAdvert: instance.higherPrioSendAdvert,
    skipCheckAdvAddr: instance.skipCheckAdvAddr,
    sourceAddress: instance.sourceAddress,
    ...(transport.kind === 'multicast' && { usesMulticast: true }),
    needsSourceAddress: transport.kind === 'unicast' || instance.trackSourceAddress,
    ...(instance.faultWithoutPeers && { lacksPeers: true }),
    ...unsupported(instance, signs),
    requiredLinks: [...requiredLinks, ...plan.macs.map(({ name }) => name)],
    trackers,
  }
}

/** Without `all`, garp_extra_if is about virtual MAC interfaces on other links than the instance's. */
const announcesElsewhere = ({ garp, link }: VrrpInstance, { macs }: VirtualMacPlan): boolean =>
  garp.extraOnAll || (garp.extraInterval > 0 && macs.some((mac) => mac.link !== link))

/** Run as something else than what it says, such an instance would be a second master beside its peers. */
function unsupported({ authentication }: VrrpInstance, signs: boolean): Pick<VirtualRouter, 'unsupported'> {
  if (authentication.type === 'AH' && !signs) return { unsupported: 'auth_type AH without MD5 (FIPS mode)' }
  return {}
}

/** keepalived lets instances differ in their peers alone; the first of them is then the one that a reload finds again. */
function withChannelsOfTheirOwn(routers: readonly Assembled[]): readonly Assembled[] {
  const taken = new Set<string>()
  return routers.map((assembled) => {
    const { router } = assembled
    const identity = identityOf(router)
    if (!taken.has(identity)) {
      taken.add(identity)
      return assembled
    }
    return { ...assembled, router: { ...router, channel: `${router.channel ?? ''} ${router.name}` } }
  })
}
