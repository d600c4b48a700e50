/** Whether a link forwards IPv6, which its neighbour advertisements have to say. */

import { readFileSync } from 'node:fs'

/** The file is the kernel's memory: nothing waits, and only this thread is known to be in its network namespace. */
export function forwards(link: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${link}/forwarding`, 'latin1').trim() === '1'
  } catch {
    // No IPv6 on this link: nobody will hear either.
    return false
  }
}
