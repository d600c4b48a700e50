/** Kernel settings that make virtual addresses unreachable, or adverts unheard. */

import { formatCidr, formatIp, isIpv4, type Cidr } from '../../base/address.ts'
import type { Facts, Instance, LinkSysctls } from '../facts.ts'
import { hint, ok, problem, warning, type Finding } from '../finding.ts'

export function checkSysctls(facts: Facts): readonly Finding[] {
  const { configuration, sysctls } = facts
  if (!configuration.ok) return []
  const { instances } = configuration.value
  const names = [
    ...new Set(instances.flatMap(({ link, addresses }) => [link, ...addresses.map((each) => each.link)])),
  ]
  const findings = names.flatMap((name) => {
    const settings = sysctls.links.get(name)
    return settings ? checkLink(name, settings, instances, facts) : []
  })
  const all = [...findings, ...checkNonlocalBind(facts, instances)]
  return all.length > 0
    ? all
    : [ok('rp_filter, arp_ignore, arp_announce and promote_secondaries suit the addresses')]
}

const set = (link: string, name: string, value: number): string =>
  `sysctl -w net.ipv4.conf.${link}.${name}=${value} | tee -a /etc/sysctl.d/90-vrrpd.conf`

function checkLink(
  name: string,
  settings: LinkSysctls,
  instances: readonly Instance[],
  facts: Facts,
): readonly Finding[] {
  return [
    ...checkReversePath(name, settings, facts),
    ...checkArpIgnore(name, settings, instances),
    ...checkLoopback(name, settings, instances, facts),
    ...checkSecondaries(name, settings, instances, facts),
  ]
}

function checkReversePath(name: string, { rpFilter }: LinkSysctls, { links }: Facts): readonly Finding[] {
  if (rpFilter !== 1) return []
  const own = links.get(name)?.addresses ?? []
  const twin = [...links].find(
    ([other, { addresses }]) => other !== name && addresses.some((a) => own.some((b) => isSameNetwork(a, b))),
  )
  if (!twin) return []
  return [
    warning({
      what: `${name} and ${twin[0]} are in the same network, and rp_filter is strict on ${name}`,
      why: 'the kernel drops adverts and requests that arrive on the link which its route back does not use',
      mend: set(name, 'rp_filter', 2),
    }),
  ]
}

function checkArpIgnore(
  name: string,
  { arpIgnore }: LinkSysctls,
  instances: readonly Instance[],
): readonly Finding[] {
  const addresses = instances
    .flatMap((each) => each.addresses)
    .filter(({ link, cidr }) => link === name && isIpv4(cidr.address))
  const why = 'nobody on the LAN gets an answer who asks for that address, however often it is announced'
  if (arpIgnore >= 8 && addresses.length > 0) {
    return [
      problem({
        what: `arp_ignore is 8 on ${name}: no address is answered for`,
        why,
        mend: set(name, 'arp_ignore', 1),
      }),
    ]
  }
  const ofHost = arpIgnore === 3 ? addresses.filter(({ scope }) => scope === 'host') : []
  return ofHost.map(({ cidr }) =>
    problem({
      what: `arp_ignore is 3 on ${name}, and ${formatCidr(cidr)} has scope host`,
      why,
      mend: set(name, 'arp_ignore', 1),
    }),
  )
}

/** A director that is a real server as well has the address on lo while another one is Master (LVS, direct routing). */
function checkLoopback(
  name: string,
  { arpIgnore, arpAnnounce }: LinkSysctls,
  instances: readonly Instance[],
  { links }: Facts,
): readonly Finding[] {
  const onLoopback = (links.get('lo')?.addresses ?? []).map(({ address }) => address)
  const addresses = instances
    .filter(({ link }) => link === name)
    .flatMap((each) => each.addresses)
    .filter(({ link, cidr }) => link !== 'lo' && onLoopback.includes(cidr.address))
  return addresses.flatMap(({ cidr }) => {
    const address = formatIp(cidr.address)
    const findings: Finding[] = []
    if (arpIgnore === 0) {
      const why = 'it draws the traffic away from the MASTER'
      const what = `${address} is on lo, and this host answers for it on ${name} also while it is BACKUP`
      findings.push(problem({ what, why, mend: set(name, 'arp_ignore', 1) }))
    }
    if (arpAnnounce < 2) {
      const why = 'neighbours learn the wrong owner from such requests'
      const what = `${address} is on lo, and may be named as the sender of ARP requests on ${name}`
      findings.push(warning({ what, why, mend: set(name, 'arp_announce', 2) }))
    }
    return findings
  })
}

function checkSecondaries(
  name: string,
  { promoteSecondaries }: LinkSysctls,
  instances: readonly Instance[],
  { links }: Facts,
): readonly Finding[] {
  if (promoteSecondaries) return []
  const virtual = instances.flatMap((each) => each.addresses).filter(({ link }) => link === name)
  const own = (links.get(name)?.addresses ?? []).filter(
    ({ address }) => !virtual.some(({ cidr }) => cidr.address === address),
  )
  const tied = virtual.find(({ cidr }) =>
    own.some((each) => each.prefixLength === cidr.prefixLength && isSameNetwork(each, cidr)),
  )
  if (!tied) return []
  return [
    warning({
      what: `${formatCidr(tied.cidr)} is in the same network as an address of ${name}, and promote_secondaries is off`,
      why: 'when the host’s own address is removed for a moment, as DHCP clients do, the virtual address goes with it',
      mend: set(name, 'promote_secondaries', 1),
    }),
  ]
}

function checkNonlocalBind({ sysctls }: Facts, instances: readonly Instance[]): readonly Finding[] {
  if (sysctls.nonlocalBind !== false || !instances.some(({ notifies }) => notifies)) return []
  return [
    hint(
      'net.ipv4.ip_nonlocal_bind is off',
      'a service that binds to a virtual address can start only on the MASTER; with it, it can wait on all hosts',
      'sysctl -w net.ipv4.ip_nonlocal_bind=1 | tee -a /etc/sysctl.d/90-vrrpd.conf # if a service of yours needs it',
    ),
  ]
}

function isSameNetwork(a: Cidr, b: Cidr): boolean {
  if (!isIpv4(a.address) || !isIpv4(b.address)) return false
  const length = Math.min(a.prefixLength, b.prefixLength)
  return length > 0 && length < 32 && (a.address ^ b.address) >>> (32 - length) === 0
}
