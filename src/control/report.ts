/** What a running daemon tells about itself: `vrrpd status --json` prints it as it is. Pure. */

/** Version 1. Fields may be added; none is taken away or given another meaning under the same version. */
export interface StatusReport {
  readonly version: 1
  readonly instances: readonly InstanceReport[]
  /** Whole sentences that concern the daemon, e.g. virtual_server blocks that are not served. */
  readonly notices: readonly string[]
  readonly daemon: DaemonReport
}

/** keepalived's words. INIT lasts until every weightless track_script has returned once. */
export type InstanceState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT'

export interface InstanceReport {
  readonly name: string
  readonly state: InstanceState
  /** When the state was entered, by the wall clock: ISO 8601 in UTC. */
  readonly since: string
  /** Why the state was entered; in FAULT what keeps it there. */
  readonly because: string
  readonly interface: string
  readonly vrid: number
  readonly priority: { readonly base: number; readonly effective: number }
  /** The master last heard; null when none was, and while this is the master itself. */
  readonly master: { readonly address: string; readonly priority: number } | null
  /** In the configuration's order, excluded ones last. */
  readonly addresses: readonly AddressReport[]
}

export interface AddressReport {
  /** `10.65.33.139/23` */
  readonly address: string
  /** Whether the kernel has it on the interface where it belongs. */
  readonly present: boolean
}

export interface DaemonReport {
  readonly pid: number
  readonly version: string
  /** ISO 8601 in UTC. */
  readonly startedAt: string
  readonly configFile: string
  /** How late the event loop ran at worst within the last minute or so, in milliseconds. */
  readonly loopLagMs: number
}

/** What an operator has to look at, worst first; empty when all is well. */
export function problemsOf(instances: readonly InstanceReport[]): readonly string[] {
  const faults = instances.filter(({ state }) => state === 'FAULT')
  return [
    ...faults.map(({ name, because }) => `${name} is in FAULT: ${because}`),
    ...instances.flatMap(missingAddresses),
    ...instances.flatMap(strayAddresses),
  ]
}

function missingAddresses({ name, state, addresses }: InstanceReport): readonly string[] {
  const missing = state === 'MASTER' ? addresses.filter(({ present }) => !present) : []
  return missing.map(({ address }) => `${name} is MASTER, but ${address} is missing`)
}

/** Held here while another router may hold it too. */
function strayAddresses({ name, state, addresses }: InstanceReport): readonly string[] {
  const stray = state === 'MASTER' ? [] : addresses.filter(({ present }) => present)
  return stray.map(({ address }) => `${name} is ${state}, but ${address} is present here`)
}
