/**
 * Who changed something in the kernel, as far as that can be found out: a
 * notification carries the netlink port of who asked, which for a program's
 * first socket is its process id. A short-lived program has ended by now.
 */

import type { PortId } from '../netlink/types.ts'
import type { World } from '../world/world.ts'

/** @param tell with words for the log: `process 612 (systemd-network)`, and advice for whoever runs that, if there is any */
export function describeAuthor(
  port: PortId,
  processName: World['processName'],
  tell: (author: string, hint: string) => void,
): void {
  const process = `process ${String(port)}`
  const known = (name: string | undefined): void => {
    const author = name === undefined ? `${process}, which has ended` : `${process} (${name})`
    tell(author, hintFor(author))
  }
  processName(port).then(known, () => {
    known(undefined)
  })
}

/** What to tell programs that think they own the addresses; empty for others. Names as the kernel cuts them off. */
const HINTS: readonly (readonly [program: string, hint: string])[] = [
  [
    'systemd-network',
    'systemd-networkd: set KeepConfiguration=yes for the interface, ManageForeignRoutes=no and ManageForeignRoutingPolicyRules=no',
  ],
  ['NetworkManager', 'NetworkManager: make the interface unmanaged, or set keep-configuration'],
  ['dhclient', 'dhclient: keep its scripts from flushing the interface'],
  ['dhcpcd', 'dhcpcd: exclude the interface (denyinterfaces)'],
  ['netplan', 'netplan: apply it without touching the interface'],
  ['ifdown', 'ifdown: it takes all addresses of the interface'],
]

export function hintFor(author: string): string {
  const found = HINTS.find(([program]) => author.includes(`(${program}`))
  return found === undefined ? '' : `; ${found[1]}`
}
