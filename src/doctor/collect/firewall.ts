/** The firewall's rules, by nft and iptables-save, whichever there are. */

import { ipv4FromNumber, isIpv4, type Cidr, type Ipv4Address } from '../../base/address.ts'
import { accepted, rejected } from '../../base/result.ts'
import type { Configuration, Instance, Known, LinkFacts } from '../facts.ts'
import type { ExpectedAdvert } from '../firewall/advert.ts'
import { readIptables } from '../firewall/iptables.ts'
import { readNftables } from '../firewall/nft.ts'
import type { RuleSet } from '../firewall/rules.ts'
import type { Host } from './host.ts'

export async function collectFirewall(
  host: Host,
  configuration: Configuration,
  links: ReadonlyMap<string, LinkFacts>,
  root: boolean,
): Promise<Known<readonly RuleSet[]>> {
  if (!root) return rejected('only root may read the rules')
  const [nft, iptables] = await Promise.all([
    host.run('nft', ['-j', 'list', 'ruleset']),
    host.run('iptables-save', []),
  ])
  if (!nft.ok && !iptables.ok) return rejected(`${nft.error}; ${iptables.error}`)
  const adverts = distinct(
    configuration.instances.filter(({ family }) => family === 4).flatMap((each) => expected(each, links)),
  )
  const ofNft = nft.ok ? adverts.map((advert) => readNftables(nft.value, advert)) : []
  const ofIptables = iptables.ok ? adverts.map((advert) => readIptables(iptables.value, advert)) : []
  if (ofNft.includes(undefined)) return rejected('nft does not print its rules as JSON')
  // Today's iptables keeps its rules in nftables, where some look like riddles; its own words are clearer.
  const own = ofNft
    .filter((set) => set !== undefined)
    .map((set) => ({
      ...set,
      bases: iptables.ok ? set.bases.filter(({ chain }) => !isOfIptables(chain)) : set.bases,
    }))
  return accepted([...own, ...ofIptables])
}

const isOfIptables = (chain: string): boolean => /^ip (filter|mangle|raw) (INPUT|PREROUTING)$/.test(chain)

/** What an instance's neighbours send to this host. */
function expected(
  { link, authCode, unicast, group, peers, version }: Instance,
  links: ReadonlyMap<string, LinkFacts>,
): readonly ExpectedAdvert[] {
  const networks = (links.get(link)?.addresses ?? []).filter(({ address }) => isIpv4(address))
  const protocol = authCode === 2 && version === 2 ? 51 : 112
  if (!unicast) return [{ link, protocol, destination: group, neighbours: networks.flatMap(rangeOf) }]
  const [own] = networks.map(({ address }) => address).filter(isIpv4)
  const neighbours = peers.map((peer) => ({ first: peer, last: peer }))
  return own === undefined ? [] : [{ link, protocol, destination: own, neighbours }]
}

function rangeOf({ address, prefixLength }: Cidr): readonly { first: Ipv4Address; last: Ipv4Address }[] {
  if (!isIpv4(address) || prefixLength === 32) return []
  const hosts = prefixLength === 0 ? 0xffffffff : 0xffffffff >>> prefixLength
  return [{ first: ipv4FromNumber(address & ~hosts), last: ipv4FromNumber(address | hosts) }]
}

const distinct = (adverts: readonly ExpectedAdvert[]): readonly ExpectedAdvert[] => [
  ...new Map(adverts.map((each) => [`${each.link} ${each.protocol} ${each.destination}`, each])).values(),
]
