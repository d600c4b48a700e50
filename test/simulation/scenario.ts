/**
 * What a simulation runs: hosts, their routers, and what befalls them when.
 * Plain JSON, so that a failing one can be printed, saved and replayed.
 */

import type { Weather } from '../../src/simulation/lan.ts'
import type { Tracker, Verdict } from '../../src/vrrp/election/state.ts'

export interface Scenario {
  /** Decides delays, losses and lags. */
  readonly seed: number
  readonly lans: number
  readonly hosts: readonly HostSpec[]
  /** In order of time. */
  readonly events: readonly ScenarioEvent[]
  /** Seconds. */
  readonly until: number
}

export interface HostSpec {
  readonly routers: readonly RouterSpec[]
  /** VRIDs that form a sync group. */
  readonly groups: readonly (readonly number[])[]
  /** `vrrp_startup_delay`, in seconds. */
  readonly startupDelay?: number
  /** `--pause-guard` */
  readonly pauseGuard?: true
}

export interface RouterSpec {
  readonly vrid: number
  readonly lan: number
  readonly priority: number
  readonly state?: 'MASTER' | 'BACKUP'
  /** Seconds; in version 3 each host may have its own. */
  readonly interval: number
  readonly preempt: boolean
  readonly preemptDelay: number
  /** All other hosts are its peers; absent: multicast. */
  readonly unicast?: { readonly onlyPeers: boolean }
  /** `auth_type AH` */
  readonly signed?: true
  /** `version 3`; never signed. */
  readonly version?: 3
  readonly trackers: readonly Tracker[]
}

/** What a new configuration says of all routers of a host. */
export interface RouterChange {
  /** Added to the priority of each but an owner's. */
  readonly priority: number
  readonly preempt?: boolean
}

/** Seconds since the beginning; a host is its number. */
interface At {
  readonly at: number
}

export type ScenarioEvent = At &
  (
    | { readonly type: 'boot' | 'stop' | 'crash' | 'cleanup' | 'pause' | 'resume'; readonly host: number }
    /** Hosts of different sides do not hear each other. */
    | { readonly type: 'partition'; readonly lan: number; readonly sides: readonly (readonly number[])[] }
    /** One direction only. */
    | { readonly type: 'mute'; readonly lan: number; readonly from: number; readonly to: number }
    | { readonly type: 'heal'; readonly lan: number }
    | { readonly type: 'weather'; readonly lan: number; readonly weather: Weather }
    /**
     * The link of a LAN goes, with all that is on it, or is given another name, with all that is on it; and is back. A
     * third party removes every address on it.
     */
    | {
        readonly type: 'unplug' | 'rename' | 'plug' | 'flush'
        readonly host: number
        readonly lan: number
      }
    | { readonly type: 'link'; readonly host: number; readonly lan: number; readonly up: boolean }
    /** The host's own address on a LAN. */
    | { readonly type: 'address'; readonly host: number; readonly lan: number; readonly present: boolean }
    | {
        readonly type: 'script' | 'process'
        readonly host: number
        readonly name: string
        readonly verdict: Exclude<Verdict, 'pending'>
      }
    | { readonly type: 'file'; readonly host: number; readonly name: string; readonly number: number }
    /** The operator takes routers out, for so many seconds, or until they are let in. */
    | {
        readonly type: 'drain'
        readonly host: number
        readonly vrids: readonly number[]
        readonly for?: number
        readonly force: boolean
      }
    | { readonly type: 'let-in'; readonly host: number; readonly vrids: readonly number[] }
    /** An advert to a host from somebody who is no peer and has no password. */
    | { readonly type: 'stranger'; readonly host: number; readonly vrid: number; readonly priority: number }
    /** A host hears an advert again that was sent on its LAN so many adverts ago. */
    | { readonly type: 'replay'; readonly host: number; readonly vrid: number; readonly ago: number }
    /** A third party removes the virtual address. */
    | { readonly type: 'steal'; readonly host: number; readonly vrid: number }
    | ({ readonly type: 'reload'; readonly host: number } & RouterChange)
    /** Another file: routers come and go, and what is said of them is another. */
    | ({ readonly type: 'configure'; readonly host: number } & Pick<HostSpec, 'routers' | 'groups'>)
  )

export type EventType = ScenarioEvent['type']

/** A line for the world, one for each host, one for each event. */
export const printScenario = ({ hosts, events, ...world }: Scenario): string =>
  [world, ...hosts, ...events].map((line) => JSON.stringify(line)).join('\n')

export function parseScenario(text: string): Scenario {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const [world, ...others] = lines.map((line) => JSON.parse(line) as object)
  return {
    ...(world as Omit<Scenario, 'hosts' | 'events'>),
    hosts: others.filter((each) => !('at' in each)) as HostSpec[],
    events: others.filter((each) => 'at' in each) as ScenarioEvent[],
  }
}
