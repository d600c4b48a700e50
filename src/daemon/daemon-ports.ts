/** What the daemon's core needs, and whom it tells; composition.ts gives the real ones. */

import type { Voice } from '../events/event-list.ts'
import type { World } from '../world/world.ts'
import type { Core } from './core.ts'
import type { Firewall } from './kernel/firewall.ts'
import type { VirtualMacs } from './kernel/virtual-macs.ts'

export interface DaemonPorts
  extends
    Voice,
    Pick<
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
  /** What somebody else removes is put back: `--restore-addresses`. */
  readonly restoreAddresses: boolean
}
