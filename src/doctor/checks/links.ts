/** Whether the instances' interfaces can carry adverts at all. */

import { formatCidr, isIpv4 } from '../../base/address.ts'
import type { Configuration, Facts, Instance, LinkFacts } from '../facts.ts'
import { hint, listed, ok, problem, warning, type Finding } from '../finding.ts'

const WHY_FAULT = 'its instances stay in FAULT and take nothing over'

export function checkLinks(facts: Facts): readonly Finding[] {
  const { configuration } = facts
  return configuration.ok
    ? [...judgeLinks(facts, configuration.value), ...judgeStrays(facts, configuration.value)]
    : []
}

/** Virtual addresses that nobody holds here as MASTER; an address owner may have them of its own. */
function judgeStrays({ daemon, processes, links }: Facts, { instances }: Configuration): readonly Finding[] {
  const isServed = daemon.kind !== 'absent' || processes.keepaliveds.some(({ runsVrrp }) => runsVrrp)
  if (isServed) return []
  const wanted = instances.filter(({ priority }) => priority !== 255).flatMap(({ addresses }) => addresses)
  return wanted.flatMap(({ cidr, link }) => {
    const there = links.get(link)?.addresses ?? []
    if (!there.some((each) => formatCidr(each) === formatCidr(cidr))) return []
    const what = `${link} has the virtual address ${formatCidr(cidr)}, and no VRRP daemon runs here`
    const why =
      'another host may have it as well; and vrrpd, as keepalived, takes it for what an earlier run has left: it goes at the start'
    return [warning({ what, why, mend: `ip addr del ${formatCidr(cidr)} dev ${link}` })]
  })
}

function judgeLinks({ links }: Facts, { instances }: Configuration): readonly Finding[] {
  return [...new Set(instances.map(({ link }) => link))].flatMap((name) => {
    const facts = links.get(name)
    const own = instances.filter(({ link }) => link === name)
    const named = listed(own.map((each) => each.name).slice(0, 4))
    if (!facts) return []
    return judge(name, named, facts, own)
  })
}

function judge(
  name: string,
  instances: string,
  link: LinkFacts,
  own: readonly Instance[],
): readonly Finding[] {
  if (!link.exists) {
    const what = `there is no interface ${name}, which ${instances} wants`
    return [problem({ what, why: WHY_FAULT, mend: 'ip -br link' })]
  }
  if (!link.up) return [problem({ what: `${name} is down`, why: WHY_FAULT, mend: `ip link set ${name} up` })]
  const findings: Finding[] = []
  if (!link.carrier) {
    findings.push(
      problem({
        what: `${name} has no carrier: cable or switch port`,
        why: WHY_FAULT,
        mend: `ethtool ${name}`,
      }),
    )
  }
  if (!link.multicast) {
    const why = 'adverts are multicast: none is sent to the others or heard from them'
    findings.push(
      problem({ what: `${name} does no multicast`, why, mend: `ip link set ${name} multicast on` }),
    )
  }
  findings.push(...judgeAddresses(name, link, own))
  return findings.length > 0 ? findings : [ok(`${name} is up, has carrier, multicast and an address`)]
}

/** What adverts can come from: no virtual address, unless this host owns it (priority 255, RFC 3768 section 6.4.1). */
function judgeAddresses(name: string, link: LinkFacts, own: readonly Instance[]): readonly Finding[] {
  const virtual = own.flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.address))
  const there = link.addresses.filter(({ address }) => isIpv4(address))
  const needsAddress = own.some(({ family, sourceAddress }) => family === 4 && sourceAddress === undefined)
  if (!needsAddress || there.some(({ address }) => !virtual.includes(address))) return []
  const [only] = there
  const mend = `ip addr add ADDRESS/LENGTH dev ${name} # or mcast_src_ip in the instance`
  if (only === undefined) {
    const what = `${name} has no IPv4 address of its own to send adverts from`
    return [problem({ what, why: WHY_FAULT, mend })]
  }
  const owners = own.filter(({ priority }) => priority === 255)
  const owner = owners.find(({ addresses }) => addresses.some(({ cidr }) => cidr.address === only.address))
  if (owner !== undefined) {
    const what = `${formatCidr(only)} is the only IPv4 address of ${name} and the virtual one of ${owner.name}`
    return [
      hint(what, 'its adverts come from it, and vrrpd never removes it; keepalived would, at its start'),
    ]
  }
  const what = `${name} has no IPv4 address of its own to send adverts from`
  return [problem({ what, why: `${formatCidr(only)} is a virtual one: ${WHY_FAULT}`, mend })]
}
