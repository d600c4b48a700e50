/** Whether the host's firewall lets adverts in: what its rules say, and better: what was heard. */

import { formatIpv4 } from '../../base/address.ts'
import type { Facts } from '../facts.ts'
import { ok, problem, unknown, warning, type Finding } from '../finding.ts'
import { outcomeOf, type BaseChain } from '../firewall/rules.ts'

/** Where the rules do not show who it is, as below nftables' ingress hook or in eBPF. */
const MEND = 'nft list ruleset; iptables-save # look for what drops protocol 112'
const WHY = 'a router that hears no adverts becomes MASTER beside the other one (split brain)'

export function checkFirewall(facts: Facts): readonly Finding[] {
  const judged = rules(facts)
  const [culprit] = judged
  const deaf = [...told(facts), ...seen(facts)].map((what) =>
    problem({ what, why: WHY, mend: culprit?.base.mend ?? MEND }),
  )
  // What was observed is certain, the reading of rules is not.
  const hearing = heardOn(facts)
  const doubtful = judged.filter(
    ({ link, base }) => !hearing.has(link) && (deaf.length === 0 || base !== culprit?.base),
  )
  const findings = [...deaf, ...summed(doubtful)]
  return findings.length > 0 ? findings : quiet(facts)
}

/** The running daemon knows it. */
const told = ({ daemon }: Facts): readonly string[] =>
  daemon.kind === 'running'
    ? daemon.problems.filter(({ code }) => code === 'firewall').map(({ text }) => text)
    : []

/** Seen before the firewall while we listened, and not behind it; of each sender once. */
function seen(facts: Facts): readonly string[] {
  const { lan } = facts
  if (!lan.ok) return []
  const unheard = lan.value.adverts.filter(({ heard }) => !heard)
  const bySender = new Map(unheard.map((each) => [`adverts from ${formatIpv4(each.source)} `, each]))
  const already = told(facts)
  return [...bySender]
    .filter(([beginning]) => !already.some((text) => text.startsWith(beginning)))
    .map(
      ([beginning, { link, vrid, priority, protocol, destination }]) =>
        `${beginning}(VRID ${vrid}, priority ${priority}) reach ${link} but a firewall drops them: allow protocol ${protocol} to ${formatIpv4(destination)}`,
    )
}

interface Judged {
  readonly link: string
  readonly base: BaseChain
  readonly outcome: 'drop' | 'perhaps'
}

function rules({ firewall }: Facts): readonly Judged[] {
  if (!firewall.ok) return []
  return firewall.value.flatMap(({ link, bases, chains }) =>
    bases.flatMap((base): readonly Judged[] => {
      const outcome = outcomeOf(base, chains)
      return outcome === 'accept' ? [] : [{ link, base, outcome }]
    }),
  )
}

/** One chain concerns many links alike. */
function summed(judged: readonly Judged[]): readonly Finding[] {
  const chains = new Map<string, Judged & { readonly links: string[] }>()
  for (const each of judged) {
    const key = `${each.base.chain} ${each.outcome}`
    const known = chains.get(key)
    if (known) known.links.push(each.link)
    else chains.set(key, { ...each, links: [each.link] })
  }
  return [...chains.values()].map(({ base, outcome, links }) => {
    const on = `on ${[...new Set(links)].join(', ')}`
    return outcome === 'drop'
      ? problem({
          what: `${base.name} drops adverts ${on}: no rule accepts them before`,
          why: WHY,
          mend: base.mend,
        })
      : warning({
          what: `${base.name} may drop adverts ${on}: it depends on conditions that cannot be judged from here`,
          why: WHY,
          mend: base.mend,
        })
  })
}

function heardOn({ lan }: Facts): ReadonlySet<string> {
  return new Set(lan.ok ? lan.value.adverts.filter(({ heard }) => heard).map(({ link }) => link) : [])
}

function quiet({ firewall }: Facts): readonly Finding[] {
  return firewall.ok ? [ok('no firewall rule keeps adverts out')] : [unknown(firewall.error)]
}
