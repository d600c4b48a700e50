/** Whether the instances' interfaces can carry adverts at all. */

import type { Facts, LinkFacts } from '../facts.ts'
import { listed, ok, problem, type Finding } from '../finding.ts'

const WHY_FAULT = 'its instances stay in FAULT and take nothing over'

export function checkLinks({ configuration, links }: Facts): readonly Finding[] {
  if (!configuration.ok) return []
  const { instances } = configuration.value
  return [...new Set(instances.map(({ link }) => link))].flatMap((name) => {
    const facts = links.get(name)
    const own = instances.filter(({ link }) => link === name)
    const named = listed(own.map((each) => each.name).slice(0, 4))
    if (!facts) return []
    const needsAddress = own.some(({ family, sourceAddress }) => family === 4 && sourceAddress === undefined)
    const virtual = own.flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.address))
    return judge(name, named, facts, needsAddress, virtual)
  })
}

function judge(
  name: string,
  instances: string,
  link: LinkFacts,
  needsAddress: boolean,
  virtual: readonly unknown[],
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
  const own = link.addresses.filter(
    ({ address }) => typeof address === 'number' && !virtual.includes(address),
  )
  if (needsAddress && own.length === 0) {
    const what = `${name} has no IPv4 address of its own to send adverts from`
    findings.push(
      problem({
        what,
        why: WHY_FAULT,
        mend: `ip addr add ADDRESS/LENGTH dev ${name} # or mcast_src_ip in the instance`,
      }),
    )
  }
  return findings.length > 0 ? findings : [ok(`${name} is up, has carrier, multicast and an address`)]
}
