/**
 * The kernel as the rest of the daemon sees it: a view that is kept up to date
 * and events when it changes, and addresses, routes and rules that can be
 * installed and withdrawn.
 *
 * How it works: two sockets. On one, requests are answered at once
 * (transport.ts). On the other the kernel reports every change, ours and
 * others' (monitor.ts); they are folded into the table (fold.ts), which is the
 * only place where the view changes. So a request's effect is in the table
 * after the next drain, not when the request returns.
 */

import { accepted, type Result } from '../base/result.ts'
import type { SystemError } from '../system/socket.ts'
import { installAddresses, withdrawAddresses } from './addresses.ts'
import type { LinkTable } from './link-table.ts'
import { createMacvlan, enableLink, removeLink } from './macvlan.ts'
import { Monitor } from './monitor.ts'
import { openNotificationSocket } from './notification-socket.ts'
import { monitored, type Requests } from './requests.ts'
import { installRoutes, withdrawRoutes } from './routes.ts'
import { installRules, withdrawRules } from './rules.ts'
import { Transport } from './transport.ts'
import type { AddressSpec, LinkEvent, MacvlanSpec, Outcome, PortId, RouteSpec, RuleSpec } from './types.ts'

export interface KernelOptions {
  /** A network namespace: a name under /run/netns, or a path; the process's own when absent. */
  readonly namespace?: string | undefined
  /** For the notifications: what does not fit is made up for by a dump. */
  readonly eventBufferBytes?: number
}

export interface Kernel {
  /** What notifications carry of that this process asked for: see LinkEvent. */
  readonly portId: PortId
  /** As of the last drain. */
  readonly table: LinkTable
  /** One callback, with what happened since the last time, in order. It may call all of these functions. */
  onEvents(callback: (events: readonly LinkEvent[]) => void): void
  /** Reads what the kernel has queued, delivers it through the callback, and returns. Also happens by itself. */
  drain(): void
  /** One outcome per spec, in order. What is there already, in whatever guise, is a success. */
  installAddresses(specs: readonly AddressSpec[]): readonly Outcome[]
  /** What is not there is a success. */
  withdrawAddresses(specs: readonly AddressSpec[]): readonly Outcome[]
  installRoutes(specs: readonly RouteSpec[]): readonly Outcome[]
  withdrawRoutes(specs: readonly RouteSpec[]): readonly Outcome[]
  installRules(specs: readonly RuleSpec[]): readonly Outcome[]
  withdrawRules(specs: readonly RuleSpec[]): readonly Outcome[]
  /** Down; the table has it after the next drain. */
  createMacvlan(spec: MacvlanSpec): Outcome
  enableLink(name: string): Outcome
  /** What is not there is a success. */
  removeLink(name: string): Outcome
  close(): void
}

export function openKernel(options: KernelOptions = {}): Result<Kernel, SystemError> {
  const { namespace, eventBufferBytes } = options
  const transport = Transport.open({ namespace })
  if (!transport.ok) return transport
  const source = openNotificationSocket(transport.value, {
    namespace,
    ...(eventBufferBytes !== undefined && { receiveBufferBytes: eventBufferBytes }),
  })
  const monitor = source.ok ? Monitor.open(source.value) : source
  if (monitor.ok) return accepted(monitored(requestsOver(transport.value), monitor.value))
  transport.value.close()
  return monitor
}

const requestsOver = (transport: Transport): Requests => ({
  portId: transport.portId,
  installAddresses: (specs) => installAddresses(transport, specs),
  withdrawAddresses: (specs) => withdrawAddresses(transport, specs),
  installRoutes: (specs) => installRoutes(transport, specs),
  withdrawRoutes: (specs) => withdrawRoutes(transport, specs),
  installRules: (specs) => installRules(transport, specs),
  withdrawRules: (specs) => withdrawRules(transport, specs),
  createMacvlan: (spec) => createMacvlan(transport, spec),
  enableLink: (name) => enableLink(transport, name),
  removeLink: (name) => removeLink(transport, name),
  close() {
    transport.close()
  },
})
