/** /sys/class/net and /proc/net/igmp. */

import { ipv4FromNumber, type Ipv4Address } from '../../base/address.ts'
import { littleEndian } from '../../system/socket-address.ts'
import type { LinkFacts } from '../facts.ts'
import type { Host } from './host.ts'

const IFF = { up: 0x1, multicast: 0x1000 } as const

/** @param wanted named by the configuration, whether they exist or not */
export async function collectLinks(
  host: Host,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, LinkFacts>> {
  const existing = namesIn((await host.read('/proc/net/dev')) ?? '')
  const groups = groupsByLink((await host.read('/proc/net/igmp')) ?? '')
  const addresses = host.addresses()
  const names = [...new Set([...existing, ...wanted])]
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, LinkFacts]> => {
        const sys = await sysOf(host, name)
        const bridge = await bridgeOf(host, name)
        return [
          name,
          {
            exists: existing.includes(name),
            ...sys,
            addresses: addresses.get(name) ?? [],
            groups: groups.get(name) ?? [],
            ...(bridge && { bridge }),
          },
        ]
      }),
    ),
  )
}

const namesIn = (dev: string): readonly string[] =>
  dev.split('\n').flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? [])

/** /sys may be another network namespace's; what is not there is taken to be well. */
async function sysOf(
  host: Host,
  name: string,
): Promise<Pick<LinkFacts, 'up' | 'carrier' | 'multicast' | 'mtu'>> {
  const text = await host.read(`/sys/class/net/${name}/flags`)
  if (text === undefined) return { up: true, carrier: true, multicast: true }
  const flags = Number(text)
  const mtu = Number(await host.read(`/sys/class/net/${name}/mtu`))
  return {
    up: (flags & IFF.up) !== 0,
    // Reading it fails while the link is down.
    carrier: (await host.read(`/sys/class/net/${name}/carrier`))?.trim() === '1',
    multicast: (flags & IFF.multicast) !== 0,
    ...(mtu > 0 && { mtu }),
  }
}

/** It is a bridge itself, or a port of one. */
async function bridgeOf(host: Host, link: string): Promise<LinkFacts['bridge']> {
  const master = (await host.readLink(`/sys/class/net/${link}/brport/bridge`))?.split('/').at(-1)
  const name = master ?? link
  const snooping = await host.read(`/sys/class/net/${name}/bridge/multicast_snooping`)
  if (snooping === undefined) return undefined
  const querier = await host.read(`/sys/class/net/${name}/bridge/multicast_querier`)
  return { name, snooping: snooping.trim() === '1', querier: querier?.trim() === '1' }
}

/**
 *     2   eth0      :     2      V3
 *                 120000E0     1 0:00000000        0
 */
export function groupsByLink(igmp: string): ReadonlyMap<string, readonly Ipv4Address[]> {
  const found = new Map<string, Ipv4Address[]>()
  let link = ''
  for (const line of igmp.split('\n').slice(1)) {
    const heading = /^\d+\s+(\S+?)\s*:/.exec(line)
    const group = /^\s+([0-9A-F]{8})\s/.exec(line)
    if (heading) link = heading[1] ?? ''
    else if (group) found.set(link, [...(found.get(link) ?? []), addressOf(group[1] ?? '')])
  }
  return found
}

/** The kernel prints the four bytes as a number of this machine's order. */
function addressOf(hex: string): Ipv4Address {
  const number = Number.parseInt(hex, 16)
  if (!littleEndian) return ipv4FromNumber(number)
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, number, true)
  return ipv4FromNumber(view.getUint32(0))
}
