/** What load balancing needs of this host: IPVS and its schedulers, forwarding, routes to servers. */

import { formatIp, ipv4FromNumber, isIpv4, type Cidr, type IpAddress } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import type { VirtualServer } from '../../config/blocks/virtual-server/load-balancing.ts'
import type { Model } from '../../config/model.ts'
import { littleEndian } from '../../system/socket-address.ts'
import type { DirectorFacts, Known, Module, Route, Service } from '../facts.ts'
import type { Host } from './host.ts'

/** Undefined: the file has no virtual servers. */
export async function collectDirector(
  host: Host,
  model: Model | undefined,
  links: readonly string[],
  root: boolean,
): Promise<DirectorFacts | undefined> {
  const servers = model?.loadBalancing.virtualServers ?? []
  if (servers.length === 0) return undefined
  const services = servers.map(serviceOf)
  const schedulers = [...new Set(services.map(({ scheduler }) => scheduler))]
  const modules = await modulesOf(host)
  const isNat = services.some(({ methods }) => methods.includes('NAT'))
  const [
    ipForward,
    ipForward6,
    expireNodest,
    expireQuiescent,
    conntrack,
    masquerades,
    routes,
    pingGroups,
    sendRedirects,
  ] = await Promise.all([
    flag(host, 'ipv4/ip_forward'),
    flag(host, 'ipv6/conf/all/forwarding'),
    flag(host, 'ipv4/vs/expire_nodest_conn'),
    flag(host, 'ipv4/vs/expire_quiescent_template'),
    flag(host, 'ipv4/vs/conntrack'),
    isNat ? translates(host, root) : rejected('NAT is not used'),
    routesOf(host),
    pingGroupsOf(host),
    redirectsOf(host, links),
  ])
  return {
    services,
    ipvs: modules('ip_vs'),
    schedulers: new Map(schedulers.map((name) => [name, modules(`ip_vs_${name}`)])),
    ...{
      ipForward,
      ipForward6,
      expireNodest,
      expireQuiescent,
      conntrack,
      masquerades,
      routes,
      pingGroups,
      sendRedirects,
    },
  }
}

const METHODS = { masquerade: 'NAT', route: 'DR', tunnel: 'TUN' } as const

function serviceOf(server: VirtualServer): Service {
  const { persistence, realServers, scheduler, target } = server
  const methods = realServers.map(({ forwarding }) => METHODS[forwarding.method])
  return {
    name: nameOf(server),
    addresses: addressesOf(server),
    isAddressed: target.kind !== 'mark',
    scheduler,
    methods: [...new Set(methods)],
    servers: realServers.map(({ address, forwarding }) => ({ address, method: METHODS[forwarding.method] })),
    pings: realServers.some(({ checkers }) => checkers.some(({ kind }) => kind === 'ping')),
    keepsDead:
      persistence !== undefined &&
      realServers.some(({ checkers, inhibitOnFailure }) => inhibitOnFailure && checkers.length > 0),
  }
}

function nameOf({ target }: VirtualServer): string {
  if (target.kind === 'mark') return `fwmark ${target.mark}`
  if (target.kind === 'group') return `group ${target.name}`
  const host = isIpv4(target.address) ? formatIp(target.address) : `[${formatIp(target.address)}]`
  return target.port === 0 ? host : `${host}:${target.port}`
}

function addressesOf({ target }: VirtualServer): readonly IpAddress[] {
  if (target.kind === 'address') return [target.address]
  if (target.kind === 'mark') return []
  return target.members.flatMap((member) => (member.kind === 'address' ? [member.address] : []))
}

async function flag(host: Host, name: string): Promise<boolean | undefined> {
  const text = await host.read(`/proc/sys/net/${name}`)
  return text === undefined ? undefined : text.trim() !== '0'
}

async function pingGroupsOf(host: Host): Promise<DirectorFacts['pingGroups']> {
  const text = await host.read('/proc/sys/net/ipv4/ping_group_range')
  const [first, last] = (text?.trim().split(/\s+/) ?? []).map(Number)
  return first === undefined || last === undefined ? undefined : { first, last }
}

/** The kernel's documentation, ip-sysctl: on where it is on for the link or for all. */
async function redirectsOf(host: Host, links: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const all = await flag(host, 'ipv4/conf/all/send_redirects')
  const found = links.map(async (link): Promise<[string, boolean]> => {
    const own = await flag(host, `ipv4/conf/${link}/send_redirects`)
    return [link, all === true || own === true]
  })
  return new Map(await Promise.all(found))
}

/** Which are loaded, the kernel tells; what could be loaded, depmod has listed. */
async function modulesOf(host: Host): Promise<(name: string) => Known<Module>> {
  const release = (await host.read('/proc/sys/kernel/osrelease'))?.trim() ?? ''
  const [loaded, builtIn, files] = await Promise.all([
    host.read('/proc/modules'),
    host.read(`/lib/modules/${release}/modules.builtin`),
    host.read(`/lib/modules/${release}/modules.dep`),
  ])
  // Where it is built in, modules.builtin may be missing, too.
  const isThere = (await host.read('/proc/net/ip_vs')) !== undefined
  const has = (text: string | undefined, name: string): boolean =>
    new RegExp(`/${name}\\.ko(\\.\\w+)?(:|$)`, 'm').test(text ?? '')
  return (name) => {
    const isLoaded = new RegExp(`^${name} `, 'm').test(loaded ?? '') || has(builtIn, name)
    if (isLoaded || (name === 'ip_vs' && isThere)) return accepted('loaded')
    if (has(files, name)) return accepted('loadable')
    // As in containers: the modules are the host's.
    return files === undefined ? rejected(`/lib/modules/${release} cannot be read`) : accepted('missing')
  }
}

/** Whether the firewall changes sources of packets that it forwards. */
async function translates(host: Host, root: boolean): Promise<Known<boolean>> {
  if (!root) return rejected('only root may read the rules')
  const [iptables, nft] = await Promise.all([
    host.run('iptables-save', ['-t', 'nat']),
    host.run('nft', ['list', 'ruleset']),
  ])
  if (!iptables.ok && !nft.ok) return rejected(`${iptables.error}; ${nft.error}`)
  const ofIptables = iptables.ok && /-j (MASQUERADE|SNAT)\b/.test(iptables.value)
  return accepted(ofIptables || (nft.ok && /\b(masquerade|snat (to|ip))\b/.test(nft.value)))
}

const RTF_UP = 0x1

/** IPv4, the main table, as /proc has it: Iface Destination Gateway Flags RefCnt Use Metric Mask. */
async function routesOf(host: Host): Promise<Known<readonly Route[]>> {
  const text = await host.read('/proc/net/route')
  if (text === undefined) return rejected('/proc/net/route cannot be read')
  const lines = text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
  return accepted(
    lines.flatMap((line): readonly Route[] => {
      const [link = '', destination = '', gateway = '', flags = '', , , , mask = ''] = line
        .trim()
        .split(/\s+/)
      if ((Number.parseInt(flags, 16) & RTF_UP) === 0) return []
      const network: Cidr = { address: fromHex(destination), prefixLength: bitsOf(fromHex(mask)) }
      return [{ link, network, ...(fromHex(gateway) !== 0 && { gateway: fromHex(gateway) }) }]
    }),
  )
}

/** The kernel prints the four bytes as a number of this machine's order. */
function fromHex(hex: string): ReturnType<typeof ipv4FromNumber> {
  const number = Number.parseInt(hex, 16)
  if (!littleEndian) return ipv4FromNumber(number)
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, number, true)
  return ipv4FromNumber(view.getUint32(0))
}

/** Of a mask. */
const bitsOf = (mask: number): number => Math.clz32(~mask)
