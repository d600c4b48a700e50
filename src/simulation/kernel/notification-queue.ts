/**
 * What a process has yet to read of the kernel's notifications. It has a bound: what
 * does not fit is dropped, and so is everything after it until the queue was emptied,
 * as on a netlink socket (ENOBUFS). Pure.
 */

import type { KernelMessage } from '../../netlink/message.ts'
import type { Notifications } from '../../netlink/notifications.ts'
import type { RouteSpec } from '../../netlink/types.ts'

export class NotificationQueue {
  private readonly capacity: number
  private readonly isReadable: () => void
  private messages: KernelMessage[] = []
  private readonly groups = new Set(['links'])
  private overran = false
  private closed = false

  /**
   * @param capacity in messages
   * @param isReadable called when there is something to read, and not again before it was read
   */
  constructor(capacity: number, isReadable: () => void) {
    this.capacity = capacity
    this.isReadable = isReadable
  }

  /** From now on; links and addresses are from the start. */
  subscribe(group: 'routes' | 'rules'): void {
    this.groups.add(group)
  }

  offer(message: KernelMessage): void {
    if (this.closed || !this.groups.has(groupOf(message)) || this.overran) return
    const wasEmpty = this.messages.length === 0
    if (this.messages.length < this.capacity) this.messages.push(message)
    else this.overran = true
    if (wasEmpty) this.isReadable()
  }

  /** All of it. Of routes those of these protocols, and what replaced others. */
  read(watched: ReadonlySet<number>): Notifications {
    const { messages, overran } = this
    this.messages = []
    this.overran = false
    return {
      messages: messages.map((message) => ofInterest(message, watched)).filter((each) => each !== undefined),
      emptied: true,
      incomplete: overran,
    }
  }

  close(): void {
    this.closed = true
    this.messages = []
  }
}

function groupOf({ type }: KernelMessage): 'links' | 'routes' | 'rules' {
  switch (type) {
    case 'link':
    case 'link-gone':
    case 'address':
    case 'address-gone':
      return 'links'
    case 'route':
    case 'route-replaced':
    case 'route-gone':
      return 'routes'
    case 'rule':
    case 'rule-gone':
      return 'rules'
  }
}

function ofInterest(message: KernelMessage, watched: ReadonlySet<number>): KernelMessage | undefined {
  if (message.type !== 'route' && message.type !== 'route-gone') return message
  if (isWatched(message.route, watched)) return message
  if (message.type === 'route-gone' || !message.replaces || watched.size === 0) return undefined
  return { type: 'route-replaced', by: message.route, portId: message.portId }
}

export const isWatched = ({ protocol = 0 }: RouteSpec, watched: ReadonlySet<number>): boolean =>
  watched.has(protocol)
