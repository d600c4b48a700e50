/** What a file says of load balancing: its virtual servers with all that they stand on. */

import { type Report, warning } from '../../diagnostics/diagnostics.ts'
import type { Node } from '../../syntax/tree.ts'
import { readTree } from '../../values/values.ts'
import { isTrackFile, resolveTrackFile, type TrackFile } from '../track-file.ts'
import { endpointWords } from './endpoint.ts'
import { type Group, resolveGroup, virtualServerGroup } from './group.ts'
import type { LoadBalancing, VirtualServer } from './load-balancing.ts'
import { checkerGlobals } from './globals.ts'
import { resolveSsl, sslSection } from './ssl.ts'
import { resolveVirtualServer, virtualServer } from './virtual-server.ts'

/** LvsGlobals are resolved with what the VRRP process sees: a sync daemon follows an instance. */
export type Servers = Pick<LoadBalancing, 'virtualServers' | 'ssl'>

/**
 * @param nodes what keepalived's checker process sees
 * @param bfdNames of all bfd_instance blocks
 */
export function resolveServers(
  nodes: readonly Node[],
  bfdNames: ReadonlySet<string>,
  report: Report,
): Servers {
  const groups = new Map<string, Group>()
  for (const node of nodes) {
    if (node.refused === true) readTree([node], report)
    else if (node.keyword === virtualServerGroup) {
      const group = resolveGroup(node, report)
      if (group !== undefined && !groups.has(group.name)) groups.set(group.name, group)
    }
  }
  const ssl = resolveSsl(
    nodes.filter(({ keyword, refused }) => keyword === sslSection && refused !== true),
    report,
  )
  const trackFiles = new Map<string, TrackFile>()
  const surrounding = { ...checkerGlobals(nodes), groups, trackFiles, bfdNames }
  const virtualServers: VirtualServer[] = []
  for (const node of nodes) {
    if (node.refused === true) continue
    if (isTrackFile(node)) {
      const file = resolveTrackFile(node, () => undefined)
      if (file !== undefined && !trackFiles.has(file.name)) trackFiles.set(file.name, file)
    } else if (node.keyword === virtualServer) {
      const server = resolveVirtualServer(node, surrounding, report)
      if (server !== undefined) virtualServers.push(server)
    }
  }
  reportUnited(virtualServers, report)
  return { virtualServers, ...(ssl !== undefined && { ssl }) }
}

/** keepalived says nothing of two blocks for one service, and both run side by side. */
function reportUnited(servers: readonly VirtualServer[], report: Report): void {
  const seen = new Map<string, VirtualServer>()
  for (const server of servers) {
    const { target, span } = server
    if (target.kind === 'group') continue
    const name =
      target.kind === 'mark'
        ? `fwmark ${target.mark} ${target.family}`
        : `${endpointWords(target)} ${target.protocol}`
    const earlier = seen.get(name)
    if (earlier === undefined) {
      seen.set(name, server)
      continue
    }
    const message = `two virtual_server blocks for ${name} are served as one; servers of both are united`
    const related = [{ span: earlier.span, message: 'the other one' }]
    report(warning('duplicate-service', span, message, { related, inKeepalived: 'no' }))
  }
}
