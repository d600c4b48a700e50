/**
 * Says when links, addresses, routes or rules of a namespace may have changed.
 * Who waits for one then asks ip(8), the judge, a few times and not fifty times
 * a second: a laboratory that waits costs next to nothing, and many can wait
 * side by side.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { openNetlinkSocket } from '../../../src/system/netlink-socket.ts'
import type { Socket } from '../../../src/system/socket.ts'
import { type WallTime, wallNow } from './time.ts'

/** RTNLGRP_LINK, then _IFADDR, _ROUTE and _RULE of IPv4 and of IPv6. */
const changes = [1, 5, 7, 8, 9, 11, 19]

/** News can be lost (the host's links were made anew, say); nobody waits longer without looking. */
const lookMilliseconds = 1500

export class KernelNews {
  private readonly socket: Socket
  private wake: () => void = () => {}
  private news: Promise<void> = Promise.resolve()
  private latest: WallTime = wallNow()

  private constructor(socket: Socket) {
    this.socket = socket
    this.renew()
    socket.onReadable(() => this.drain())
  }

  static open(namespace: string): KernelNews {
    const socket = openNetlinkSocket({ namespace, groups: changes })
    if (!socket.ok) throw new Error(`no news from ${namespace}: ${socket.error.code}`)
    return new KernelNews(socket.value)
  }

  /** When the last news was read; before the first: when it was begun to listen. */
  get lastAt(): WallTime {
    this.drain()
    return this.latest
  }

  /** Resolves at the next change from now on, or when it is time to look in any case. */
  async next(): Promise<void> {
    const late = new AbortController()
    await Promise.race([this.news, sleep(lookMilliseconds, undefined, late).catch(() => {})])
    late.abort()
  }

  close(): void {
    this.socket.close()
    this.wake()
  }

  private renew(): void {
    this.news = new Promise((resolve) => {
      this.wake = resolve
    })
  }

  /** What it says is not read: that it says something is the news (an overrun is news, too). */
  private drain(): void {
    let heard = false
    for (;;) {
      const received = this.socket.receive()
      if (received.ok && received.value.length === 0) break
      if (!received.ok && received.error.code !== 'ENOBUFS') break
      heard = true
    }
    if (!heard) return
    this.latest = wallNow()
    const wake = this.wake
    this.renew()
    wake()
  }
}
