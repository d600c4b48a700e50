/** Load balancing: what the kernel has for it, and whether packets get to the servers and their answers to clients. */

import { formatIp, inIpv4Network, isIpv4, type IpAddress } from '../../base/address.ts'
import type { DirectorFacts, Facts, Method, Route, Service } from '../facts.ts'
import { hint, listed, ok, problem, unknown, warning, type Finding } from '../finding.ts'

export function checkDirector(facts: Facts): readonly Finding[] {
  const { director } = facts
  if (director === undefined) return []
  const found = [
    ...kernel(director),
    ...forwarding(director),
    ...redirects(director, facts),
    ...pings(director, facts),
    ...servers(director, facts),
    ...addresses(director, facts),
    ...leftovers(director),
    ...ownClient(director),
  ]
  const isWell = !found.some(({ severity }) => severity === 'problem' || severity === 'warning')
  return isWell ? [...found, ok('IPVS, forwarding and routes suit the virtual servers')] : found
}

const MOST_NAMES = 3

/** `a, b and 12 more` */
function some(names: readonly string[]): string {
  const each = [...new Set(names)]
  if (each.length <= MOST_NAMES) return listed(each)
  return `${each.slice(0, MOST_NAMES - 1).join(', ')} and ${each.length - MOST_NAMES + 1} more`
}

const set = (name: string, value: number): string =>
  `sysctl -w ${name}=${value} | tee -a /etc/sysctl.d/90-vrrpd.conf`

function kernel({ ipvs, schedulers, services }: DirectorFacts): readonly Finding[] {
  if (!ipvs.ok) return [unknown(`whether the kernel has IPVS: ${ipvs.error}`)]
  if (ipvs.value === 'missing')
    return [
      problem({
        what: 'the kernel has no IPVS: there is no module ip_vs',
        why: 'virtual servers are not served',
        mend: 'modprobe ip_vs # in a container: on its host; some kernels have it in a package of further modules',
      }),
    ]
  return [...schedulers].flatMap(([name, known]) => {
    if (!known.ok || known.value !== 'missing') return []
    const users = services.filter(({ scheduler }) => scheduler === name).map((service) => service.name)
    return [
      problem({
        what: `the kernel has no scheduler ${name}, which ${some(users)} ${users.length === 1 ? 'needs' : 'need'}`,
        why: 'it refuses the service: nobody serves it',
        mend: `modprobe ip_vs_${name} # or another lb_algo`,
      }),
    ]
  })
}

const isFamily =
  (version: 4 | 6) =>
  ({ address }: { readonly address: IpAddress }): boolean =>
    isIpv4(address) === (version === 4)

function forwarding(director: DirectorFacts): readonly Finding[] {
  const { conntrack, ipForward, ipForward6, masquerades, services } = director
  const findings: Finding[] = []
  const off = (version: 4 | 6): readonly string[] =>
    services
      .filter((service) => service.servers.filter(isFamily(version)).some(({ method }) => method === 'NAT'))
      .map(({ name }) => name)
  const judge = (isOn: boolean | undefined, names: readonly string[], sysctl: string): void => {
    if (isOn !== false || names.length === 0) return
    findings.push(
      problem({
        what: `${sysctl} is 0, and ${some(names)} ${names.length === 1 ? 'uses' : 'use'} NAT`,
        why: 'the kernel drops what servers answer: clients wait in vain',
        mend: set(sysctl, 1),
      }),
    )
  }
  judge(ipForward, off(4), 'net.ipv4.ip_forward')
  judge(ipForward6, off(6), 'net.ipv6.conf.all.forwarding')
  if (conntrack === false && masquerades.ok && masquerades.value)
    findings.push(
      hint(
        'the firewall has MASQUERADE or SNAT, and net.ipv4.vs.conntrack is 0',
        'IPVS hides its connections from it: where servers are to see the director as the client, it does nothing',
        set('net.ipv4.vs.conntrack', 1),
      ),
    )
  return findings
}

/** DR writes the server's MAC address onto the packet: there is no other router in between. */
function servers({ routes, services }: DirectorFacts, { links }: Facts): readonly Finding[] {
  const own = new Set([...links.values()].flatMap((link) => link.addresses.map(({ address }) => address)))
  const wanted = new Map(
    services.flatMap((service) =>
      service.servers
        .filter(({ address, method }) => method === 'DR' && !own.has(address))
        .map(({ address }): [IpAddress, Service] => [address, service]),
    ),
  )
  if (wanted.size === 0) return []
  if (!routes.ok) return [unknown(`whether servers of DR are on a link of this host: ${routes.error}`)]
  const behind = new Map<string, string[]>()
  for (const address of wanted.keys()) {
    const far = isIpv4(address) ? whyFar(address, routes.value) : undefined
    if (far !== undefined) behind.set(far, [...(behind.get(far) ?? []), formatIp(address)])
  }
  return [...behind].map(([where, names]) =>
    problem({
      what: `${some(names)} ${names.length === 1 ? 'is a server' : 'are servers'} of DR, and ${where}`,
      why: 'DR reaches only servers on a link of the director: what goes to others is lost, or arrives without an answer',
      mend: `ip route get ${names[0] ?? ''} # an address in that network, or lb_kind TUN or NAT`,
    }),
  )
}

function whyFar(address: Extract<IpAddress, number>, routes: readonly Route[]): string | undefined {
  const best = routes
    .filter(
      ({ network }) =>
        isIpv4(network.address) && inIpv4Network(address, network.address, network.prefixLength),
    )
    .reduce<Route | undefined>(
      (found, route) =>
        found === undefined || route.network.prefixLength > found.network.prefixLength ? route : found,
      undefined,
    )
  if (best === undefined) return 'there is no route to it'
  return best.gateway === undefined
    ? undefined
    : `the route goes through ${formatIp(best.gateway)} on ${best.link}`
}

/** A client on the servers' own link, or a director with one link: the servers learn to go past it. */
function redirects({ sendRedirects, services }: DirectorFacts, { links }: Facts): readonly Finding[] {
  const linkOf = (address: IpAddress): string | undefined =>
    [...links].find(([, link]) =>
      link.addresses.some(
        (own) =>
          isIpv4(own.address) &&
          isIpv4(address) &&
          own.prefixLength < 32 &&
          inIpv4Network(address, own.address, own.prefixLength),
      ),
    )?.[0]
  const found = new Map<string, string>()
  for (const service of services)
    for (const { address, method } of service.servers) {
      const link = method === 'NAT' ? linkOf(address) : undefined
      if (link === undefined || sendRedirects.get(link) !== true) continue
      if (service.addresses.some((virtual) => linkOf(virtual) === link)) found.set(link, service.name)
    }
  return [...found].map(([link, name]) =>
    warning({
      what: `${name} and its servers of NAT are on one link, ${link}, and send_redirects is on there`,
      why: 'the kernel tells servers to answer clients of that link directly: those get answers from an address that they did not ask',
      mend: `${set('net.ipv4.conf.all.send_redirects', 0)}; ${set(`net.ipv4.conf.${link}.send_redirects`, 0)}`,
    }),
  )
}

/** The process that checks opens the range for itself, where it may. */
function pings({ pingGroups, services }: DirectorFacts, { daemon }: Facts): readonly Finding[] {
  const users = services.filter((service) => service.pings).map(({ name }) => name)
  const isServing = daemon.kind === 'running' && typeof daemon.report.lvsProcess?.pid === 'number'
  if (users.length === 0 || pingGroups === undefined || pingGroups.first === 0 || !isServing) return []
  return [
    warning({
      what: `net.ipv4.ping_group_range is ${pingGroups.first} ${pingGroups.last}, and ${some(users)} ${users.length === 1 ? 'has' : 'have'} PING_CHECK`,
      why: 'root is in none of these groups: the check cannot ask, and finds nothing out',
      mend: "sysctl -w net.ipv4.ping_group_range='0 2147483647' | tee -a /etc/sysctl.d/90-vrrpd.conf",
    }),
  ]
}

function addresses({ services }: DirectorFacts, { configuration, daemon, links }: Facts): readonly Finding[] {
  if (!configuration.ok || (daemon.kind === 'running' && !daemon.sameNetwork)) return []
  const { instances } = configuration.value
  const here = new Set(
    [...links.values()].flatMap((link) => link.addresses.map(({ address }) => formatIp(address))),
  )
  const masters = new Set(
    daemon.kind === 'running'
      ? daemon.report.instances.filter(({ state }) => state === 'MASTER').map(({ name }) => name)
      : [],
  )
  const lost: string[] = []
  const nobodys: string[] = []
  for (const address of new Set(services.flatMap((service) => service.addresses.map(formatIp)))) {
    if (here.has(address)) continue
    const holder = instances.find((each) =>
      each.addresses.some(({ cidr }) => formatIp(cidr.address) === address),
    )
    if (holder === undefined) nobodys.push(address)
    else if (masters.has(holder.name)) lost.push(address)
  }
  return [
    ...(lost.length === 0
      ? []
      : [
          problem({
            what: `${some(lost)} ${lost.length === 1 ? 'is' : 'are'} not on this host, which is MASTER`,
            why: 'packets to the virtual servers go nowhere',
            mend: 'vrrpd status # a reload sets it again; who removes it?',
          }),
        ]),
    ...(nobodys.length === 0
      ? []
      : [
          warning({
            what: `${some(nobodys)}: no vrrp_instance has ${nobodys.length === 1 ? 'this address' : 'these addresses'} of virtual servers, nor has this host`,
            why: 'nobody answers for it, unless another program sets it',
            mend: 'vrrpd check # and virtual_ipaddress',
          }),
        ]),
  ]
}

function leftovers({ expireNodest, expireQuiescent, services }: DirectorFacts): readonly Finding[] {
  const keeping = services.filter(({ keepsDead }) => keepsDead).map(({ name }) => name)
  const findings: Finding[] = []
  if (expireQuiescent === false && keeping.length > 0)
    findings.push(
      warning({
        what: `net.ipv4.vs.expire_quiescent_template is 0, and ${some(keeping)} ${keeping.length === 1 ? 'has' : 'have'} persistence with inhibit_on_failure`,
        why: 'clients that were sent to a server before are sent there after it has died, too',
        mend: set('net.ipv4.vs.expire_quiescent_template', 1),
      }),
    )
  if (expireNodest === false)
    findings.push(
      hint(
        'net.ipv4.vs.expire_nodest_conn is 0',
        'connections to a server that has been taken out hang until they time out; with 1 clients hear of it, and connect anew',
        set('net.ipv4.vs.expire_nodest_conn', 1),
      ),
    )
  return findings
}

/** Measured, Linux 6.1: what the director sends to its own virtual address is answered with NAT only. */
function ownClient({ services }: DirectorFacts): readonly Finding[] {
  const isPast = (method: Method): boolean => method !== 'NAT'
  const past = services.filter(({ isAddressed, methods }) => isAddressed && methods.some(isPast))
  if (past.length === 0) return []
  return [
    hint(
      `${some(past.map(({ name }) => name))} cannot be tried out from this host`,
      'with DR and TUN a director is no client of its own virtual servers: answers go past it; ask from another host',
    ),
  ]
}
