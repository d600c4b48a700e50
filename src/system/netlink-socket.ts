/** A netlink socket, bound and subscribed. */

import { accepted, rejected, type Result } from '../base/result.ts'
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  SOCK_RAW,
  SOL_NETLINK,
} from './constants.ts'
import { netlinkPortOf, netlinkSocketAddress } from './socket-address.ts'
import { setReceiveBuffer, Socket } from './socket.ts'
import type { SystemError } from './system-error.ts'

export interface NetlinkSocketSpec {
  readonly protocol?: number
  /** Multicast groups by number (RTNLGRP_LINK is 1). */
  readonly groups?: readonly number[]
  readonly receiveBufferBytes?: number | undefined
  /** A name under /run/netns, or a path. */
  readonly namespace?: string | undefined
}

/** The kernel fills a dump's messages up to what the reader offers, 32 KiB at most. */
const dumpMessageBytes = 32_768

/** Errors come with the kernel's own text (NETLINK_EXT_ACK) and without the request (NETLINK_CAP_ACK). */
export function openNetlinkSocket(spec: NetlinkSocketSpec = {}): Result<Socket, SystemError> {
  const opened = Socket.open({
    domain: AF_NETLINK,
    type: SOCK_RAW,
    protocol: spec.protocol ?? NETLINK_ROUTE,
    namespace: spec.namespace,
    datagramBytes: dumpMessageBytes,
    datagramsPerRead: 8,
  })
  if (!opened.ok) return opened
  const socket = opened.value
  const error = prepare(socket, spec)
  if (error === undefined) return accepted(socket)
  socket.close()
  return rejected(error)
}

function prepare(socket: Socket, spec: NetlinkSocketSpec): SystemError | undefined {
  // A kernel before 4.12 knows neither; its errors are then only less clear.
  socket.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1)
  socket.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1)
  if (spec.receiveBufferBytes !== undefined) setReceiveBuffer(socket, spec.receiveBufferBytes)
  const bound = socket.bind(netlinkSocketAddress(0))
  if (!bound.ok) return bound.error
  for (const group of spec.groups ?? []) {
    const joined = socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    if (!joined.ok) return joined.error
  }
  return undefined
}

/** The port id the kernel gave it: the nlmsg_pid of answers to it. */
export function netlinkPortId(socket: Socket): Result<number, SystemError> {
  const address = socket.localAddress()
  return address.ok ? accepted(netlinkPortOf(address.value) ?? 0) : address
}
