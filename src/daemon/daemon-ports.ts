/** What the daemon's core needs, and whom it tells; parts.ts gives the real ones. */

import type { Link } from '../netlink/types.ts'
import type { Note, NotifyState } from '../vrrp/election/state.ts'
import type { EngineEvent } from '../vrrp/engine.ts'
import type { World } from '../world/world.ts'
import type { Core } from './core.ts'
import type { Firewall } from './kernel/firewall.ts'
import type { OutboxPorts } from './outbox.ts'
import type { VirtualMacs } from './kernel/virtual-macs.ts'

export interface DaemonPorts extends Pick<
  World,
  | 'clock'
  | 'createAlarm'
  | 'timers'
  | 'kernel'
  | 'linkSettings'
  | 'processName'
  | 'adverts'
  | 'arp'
  | 'openArpTap'
> {
  readonly core: Core
  readonly virtualMacs: VirtualMacs
  readonly firewall: Firewall
  /** An event is about to reach the engine; what is noted next comes from it. */
  readonly begin: (event: EngineEvent) => void
  readonly notifyRouter: OutboxPorts['notifyRouter']
  readonly notifyGroup: (group: string, state: NotifyState) => void
  readonly noteRouter: (router: string, note: Note) => void
  readonly noteGroupSyncing: (group: string, to: string) => void
  readonly noteLink: (name: string, state: 'up' | 'down' | 'gone') => void
  /** What is on this link is announced again, because the link is not what it was. */
  readonly noteRenewal: (link: Link, former: Link) => void
  /** Every address that comes or goes, ours or not; undefined: nobody wants to know. */
  readonly noteAddress: ((text: string) => void) | undefined
  readonly complain: (text: string) => void
  /** Something worth a line that is no reason to worry. */
  readonly say: (text: string) => void
  /** The same, for those who asked for more with `-D`. */
  readonly detail: (text: string) => void
  /** What somebody else removes is put back: `--restore-addresses`. */
  readonly restoreAddresses: boolean
}
