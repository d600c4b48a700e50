/** Other routers on the LAN, and whether they mean the same virtual router as we do. */

import { formatIpv4, type Ipv4Address } from '../../base/address.ts'
import { advertCapacity } from '../../base/advert-capacity.ts'
import type { Facts, HeardAdvert, Instance } from '../facts.ts'
import { listed, ok, problem, unknown, warning, type Finding } from '../finding.ts'

const AUTH_WORDS: Readonly<Record<number, string>> = {
  0: 'no authentication',
  1: 'auth_type PASS',
  2: 'auth_type AH',
}
const SIGNED = 2

export function checkLan(facts: Facts): readonly Finding[] {
  const { configuration, lan } = facts
  if (!lan.ok) return [unknown(lan.error)]
  if (!configuration.ok) return []
  const findings = configuration.value.instances
    .filter(({ family }) => family === 4)
    .flatMap((instance) => {
      const adverts = lan.value.adverts.filter(
        ({ link, vrid }) => link === instance.link && vrid === instance.vrid,
      )
      return checkInstance(instance, adverts, facts)
    })
  const { seconds, links } = lan.value
  return findings.length > 0 ? findings : [ok(`no other MASTER on ${listed(links)} within ${seconds} s`)]
}

function checkInstance(
  instance: Instance,
  adverts: readonly HeardAdvert[],
  facts: Facts,
): readonly Finding[] {
  const [first] = adverts
  if (!first) return []
  const different = adverts.flatMap((advert) => differences(instance, advertisedBy(instance, facts), advert))
  const masters = mastersBeside(instance, adverts, facts)
  if (different.length > 0 || masters.length > 0) return [...different, ...masters]
  return [ok(`${instance.name}: ${formatIpv4(first.source)} is MASTER, priority ${first.priority}`)]
}

/** Our daemon is one of them, unless it says otherwise. */
function mastersBeside(
  { name, vrid, link }: Instance,
  adverts: readonly HeardAdvert[],
  { daemon }: Facts,
): readonly Finding[] {
  const state =
    daemon.kind === 'running' ? daemon.report.instances.find((each) => each.name === name)?.state : undefined
  const masters = [
    ...(state === 'MASTER' ? ['this host'] : []),
    ...adverts.map(({ source }) => formatIpv4(source)),
  ]
  if (masters.length < 2) return []
  return [
    problem({
      what: `${name}: ${listed(masters)} are MASTER for VRID ${vrid} on ${link} at the same time`,
      why: 'two hosts answer for the same addresses, and connections break at random',
      mend: 'vrrpd doctor, on each of them: one does not hear the other, or rejects what it hears',
    }),
  ]
}

/** What our own adverts would carry. */
function advertisedBy(
  { advertised, link, version, family, authCode }: Instance,
  { links }: Facts,
): readonly Ipv4Address[] {
  return advertised.slice(
    0,
    advertCapacity(links.get(link)?.mtu, { version, family, signed: authCode === SIGNED }),
  )
}

function differences(
  instance: Instance,
  ours: readonly Ipv4Address[],
  advert: HeardAdvert,
): readonly Finding[] {
  const { name, vrid, link } = instance
  const who = `another router on ${link}, ${formatIpv4(advert.source)}, uses VRID ${vrid} (${name})`
  const findings: Finding[] = []
  const add = (make: typeof problem, what: string, why: string, mend: string): void => {
    findings.push(make({ what: `${who} ${what}`, why, mend }))
  }
  const rejected = 'each rejects the other’s adverts, and both become MASTER'
  if (advert.version !== instance.version) {
    add(
      problem,
      `with VRRP version ${advert.version}, ours is ${instance.version}`,
      rejected,
      'the same version in all keepalived.conf',
    )
    return findings
  }
  if (ours.length > 0 && !advert.addresses.some((each) => ours.includes(each))) {
    const theirs =
      advert.addresses.length === 0 ? 'no addresses' : listed(advert.addresses.slice(0, 3).map(formatIpv4))
    const why =
      'it is probably somebody else’s cluster; with one VRID the two take each other’s MASTER for their own'
    add(problem, `for ${theirs}`, why, `another virtual_router_id for ${name}, on all its hosts`)
  } else if (!areSame(ours, advert.addresses)) {
    const why =
      'an address that only one of them has is served only while that one is MASTER; keepalived before 2.3.3 rejects such adverts'
    add(warning, 'with another list of addresses', why, 'the same virtual_ipaddress block on all hosts')
  }
  if (advert.version === 2 && advert.authCode !== instance.authCode) {
    const words = (code: number): string => AUTH_WORDS[code] ?? `auth type ${code}`
    add(
      problem,
      `with ${words(advert.authCode)}, ours is ${words(instance.authCode)}`,
      rejected,
      'the same authentication block on all hosts',
    )
  }
  if (advert.version === 2 && advert.intervalSeconds !== instance.intervalSeconds) {
    add(
      problem,
      `with advert_int ${advert.intervalSeconds}, ours is ${instance.intervalSeconds}`,
      rejected,
      'the same advert_int on all hosts',
    )
  }
  if (advert.ttl !== 255) {
    add(
      problem,
      `from another network (TTL ${advert.ttl})`,
      'adverts must not be routed; they are rejected',
      `traceroute ${formatIpv4(advert.source)}`,
    )
  }
  return findings
}

const areSame = (ours: readonly Ipv4Address[], theirs: readonly Ipv4Address[]): boolean =>
  ours.length === theirs.length && ours.every((each) => theirs.includes(each))
