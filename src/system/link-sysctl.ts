/**
 * Settings of one link under /proc/sys/net. Synchronous on purpose: a daemon in
 * a network namespace of its own has entered it with this thread only, and a
 * file operation of the thread pool would find the links of another one.
 */

import { readFileSync, writeFileSync } from 'node:fs'

export type LinkSetting = `ipv4/${string}` | `ipv6/${string}`

/** `ipv4/arp_ignore` of eth0 is /proc/sys/net/ipv4/conf/eth0/arp_ignore. */
function pathOf(link: string, setting: LinkSetting): string {
  const [family = '', key = ''] = setting.split('/')
  return `/proc/sys/net/${family}/conf/${link}/${key}`
}

/** Undefined when there is no such link, or no such setting in this kernel. */
function readLinkSetting(link: string, setting: LinkSetting): string | undefined {
  try {
    return readFileSync(pathOf(link, setting), 'latin1').trim()
  } catch {
    return undefined
  }
}

/** @returns whether the kernel took it */
function writeLinkSetting(link: string, setting: LinkSetting, value: string): boolean {
  try {
    writeFileSync(pathOf(link, setting), value)
    return true
  } catch {
    return false
  }
}

export const linkSettings: {
  readonly read: typeof readLinkSetting
  readonly write: typeof writeLinkSetting
} = { read: readLinkSetting, write: writeLinkSetting }
