/** The socket on which the kernel reports every change, and dumps for what it missed. */

import { MulticastGroups } from 'netlink/dist/rt/structs.js'
import { accepted, type Result } from '../base/result.ts'
import { NETLINK_ADD_MEMBERSHIP, SOL_NETLINK } from '../system/constants.ts'
import { openNetlinkSocket } from '../system/netlink-socket.ts'
import type { SystemError } from '../system/socket.ts'
import type { NotificationSource } from './monitor.ts'
import { readNotifications } from './notifications.ts'
import { listRoutes, listRules, takeSnapshot } from './snapshot.ts'
import type { Transport } from './transport.ts'

export interface NotificationSocketOptions {
  /** A name under /run/netns, or a path. */
  readonly namespace?: string | undefined
  /** A notification takes about 1 KiB of it. */
  readonly receiveBufferBytes?: number
}

const RECEIVE_BUFFER_BYTES = 4 << 20
const GROUPS = [MulticastGroups.LINK, MulticastGroups.IPV4_IFADDR, MulticastGroups.IPV6_IFADDR]
const LATER_GROUPS = {
  routes: [MulticastGroups.IPV4_ROUTE, MulticastGroups.IPV6_ROUTE],
  rules: [MulticastGroups.IPV4_RULE, MulticastGroups.IPV6_RULE],
} as const

/** @param transport for the dumps; it stays its owner's */
export function openNotificationSocket(
  transport: Transport,
  options: NotificationSocketOptions,
): Result<NotificationSource<SystemError>, SystemError> {
  const { namespace, receiveBufferBytes = RECEIVE_BUFFER_BYTES } = options
  const opened = openNetlinkSocket({ groups: GROUPS, receiveBufferBytes, namespace })
  if (!opened.ok) return opened
  const socket = opened.value
  return accepted({
    portId: transport.portId,
    read: (watched) => readNotifications(socket, watched),
    subscribe(group) {
      for (const each of LATER_GROUPS[group]) socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, each)
    },
    snapshot: (watched, withRules) => takeSnapshot(transport, watched, withRules),
    listRoutes: (protocols) => listRoutes(transport, protocols),
    listRules: () => listRules(transport),
    onReadable(callback) {
      socket.onReadable(callback)
    },
    close() {
      socket.close()
    },
  })
}
