/** `nft -j list ruleset` (libnftables-json(5)) → what its rules do with an advert. Pure. */

import {
  destinationText,
  isDestination,
  isProtocol,
  isSource,
  parseRange,
  type ExpectedAdvert,
  type Range,
} from './advert.ts'
import { every, isLink, not, some, type Answer, type BaseChain, type Rule, type RuleSet } from './rules.ts'

type Json = Readonly<Record<string, unknown>>

/** Hooks that an advert passes on its way in. */
const HOOKS = ['ingress', 'prerouting', 'input']
const FAMILIES = ['ip', 'inet', 'netdev']

/** Undefined: this is not what nft prints. */
export function readNftables(text: string, advert: ExpectedAdvert): RuleSet | undefined {
  const objects = objectsOf(text)
  if (!objects) return undefined
  const sets = new Map<string, unknown>()
  const chains = new Map<string, Rule[]>()
  const bases: BaseChain[] = []
  for (const object of objects) {
    const { chain, set, rule } = object
    if (isJson(set)) sets.set(keyOf(set, 'name'), set['elem'] ?? [])
    if (isJson(chain) && isBase(chain, advert.link)) bases.push(baseOf(chain, advert))
    if (!isJson(rule)) continue
    const key = keyOf(rule, 'chain')
    const table = `${String(rule['family'])} ${String(rule['table'])}`
    const expressions = Array.isArray(rule['expr']) ? rule['expr'].filter(isJson) : []
    chains.set(key, [...(chains.get(key) ?? []), ...rulesOf(expressions, { advert, sets, table })])
  }
  return { link: advert.link, bases, chains }
}

function objectsOf(text: string): readonly Json[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    const list = isJson(parsed) ? parsed['nftables'] : undefined
    return Array.isArray(list) ? list.filter(isJson) : undefined
  } catch {
    return undefined
  }
}

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const keyOf = (object: Json, name: string): string =>
  `${String(object['family'])} ${String(object['table'])} ${String(object[name])}`

function isBase(chain: Json, link: string): boolean {
  if (!HOOKS.includes(String(chain['hook'])) || !FAMILIES.includes(String(chain['family']))) return false
  const { dev } = chain
  if (chain['type'] === 'nat') return false
  return dev === undefined || dev === link || (Array.isArray(dev) && dev.includes(link))
}

function baseOf(chain: Json, advert: ExpectedAdvert): BaseChain {
  const key = keyOf(chain, 'name')
  return {
    chain: key,
    name: `nftables chain ${key}`,
    policy: chain['policy'] === 'drop' ? 'drop' : 'accept',
    mend: mendOf(key, advert),
  }
}

/** Two managers of firewalls are known to write their own rules again: they have to be told. */
function mendOf(key: string, advert: ExpectedAdvert): string {
  const name = advert.protocol === 51 ? 'ah' : 'vrrp'
  if (key.includes(' firewalld ')) {
    return `firewall-cmd --permanent --add-protocol=${name} && firewall-cmd --reload`
  }
  return `nft insert rule ${key} ip protocol ${name} ip daddr ${destinationText(advert)} accept # and the same in /etc/nftables.conf`
}

interface Context {
  readonly advert: ExpectedAdvert
  readonly sets: ReadonlyMap<string, unknown>
  /** `inet filter`: where its sets and chains are. */
  readonly table: string
}

/** A rule with a verdict map is as many rules as the map has entries. */
function rulesOf(expressions: readonly Json[], context: Context): readonly Rule[] {
  const conditions: Answer[] = []
  for (const expression of expressions) {
    const verdict = verdictOf(expression, context.table)
    if (verdict) return [{ matches: every(conditions), verdict }]
    const map = expression['vmap']
    if (isJson(map)) return mapped(map, conditions, context)
    conditions.push(conditionOf(expression, context))
  }
  return []
}

function verdictOf(expression: Json, table: string): Rule['verdict'] | undefined {
  if ('accept' in expression) return { kind: 'accept' }
  if ('drop' in expression || 'reject' in expression) return { kind: 'drop' }
  if ('return' in expression) return { kind: 'return' }
  if ('queue' in expression) return { kind: 'queue' }
  for (const kind of ['jump', 'goto'] as const) {
    const to = expression[kind]
    if (isJson(to)) return { kind, chain: `${table} ${String(to['target'])}` }
  }
  return undefined
}

function mapped(map: Json, conditions: readonly Answer[], context: Context): readonly Rule[] {
  const data = resolved(map['data'], context)
  if (data === undefined) return [{ matches: 'perhaps', verdict: { kind: 'queue' } }]
  return data.flatMap((entry): readonly Rule[] => {
    if (!Array.isArray(entry)) return []
    const [key, then] = entry as readonly unknown[]
    const verdict = isJson(then) ? verdictOf(then, context.table) : undefined
    return verdict ? [{ matches: every([...conditions, compare(map['key'], key, context)]), verdict }] : []
  })
}

/** Statements that only count, log or mark let everything pass; what we do not know may decide anything. */
function conditionOf(expression: Json, context: Context): Answer {
  const { match } = expression
  if (isJson(match)) {
    const answer = compare(match['left'], match['right'], context)
    return match['op'] === '!='
      ? not(answer)
      : ['==', 'in'].includes(String(match['op']))
        ? answer
        : 'perhaps'
  }
  return 'xt' in expression || 'limit' in expression || 'fib' in expression ? 'perhaps' : 'yes'
}

function compare(left: unknown, right: unknown, context: Context): Answer {
  const alternatives = resolved(right, context)
  if (alternatives === undefined) return 'perhaps'
  return some(alternatives.map((one) => compareOne(left, one, context.advert)))
}

/** The alternatives that a value stands for; undefined: they are not known. */
function resolved(value: unknown, { sets, table }: Context): readonly unknown[] | undefined {
  if (typeof value === 'string' && value.startsWith('@')) {
    const elements = sets.get(`${table} ${value.slice(1)}`)
    return Array.isArray(elements) ? elements.map(withoutTimeout) : undefined
  }
  if (Array.isArray(value)) return value as readonly unknown[]
  if (isJson(value) && Array.isArray(value['set'])) return value['set'].map(withoutTimeout)
  return [value]
}

const withoutTimeout = (element: unknown): unknown =>
  isJson(element) && isJson(element['elem']) ? element['elem']['val'] : element

function compareOne(left: unknown, right: unknown, advert: ExpectedAdvert): Answer {
  if (!isJson(left)) return 'perhaps'
  const { meta, payload, ct } = left
  if (isJson(meta)) return compareMeta(String(meta['key']), right, advert)
  if (isJson(payload)) return comparePayload(payload, right, advert)
  if (isJson(ct)) return compareState(String(ct['key']), right)
  return 'perhaps'
}

function compareMeta(key: string, right: unknown, advert: ExpectedAdvert): Answer {
  switch (key) {
    case 'l4proto':
      return isProtocol(advert, String(right))
    case 'iifname':
    case 'iif':
      return typeof right === 'string' ? isLink(right, advert.link) : 'perhaps'
    case 'nfproto':
      return right === 'ipv4' ? 'yes' : 'no'
    case 'protocol':
      return right === 'ip' ? 'yes' : 'no'
    case 'pkttype':
      return right === 'multicast' ? 'yes' : 'no'
    default:
      return 'perhaps'
  }
}

function comparePayload(payload: Json, right: unknown, advert: ExpectedAdvert): Answer {
  const { protocol, field } = payload
  // Ports and types of other protocols than ours are tests that our packet does not meet.
  if (['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'ip6'].includes(String(protocol))) {
    return 'no'
  }
  if (protocol !== 'ip') return 'perhaps'
  if (field === 'protocol') return isProtocol(advert, String(right))
  const range = rangeOf(right)
  if (!range) return 'perhaps'
  if (field === 'daddr') return isDestination(advert, range)
  return field === 'saddr' ? isSource(advert, range) : 'perhaps'
}

function rangeOf(value: unknown): Range | undefined {
  if (typeof value === 'string') return parseRange(value)
  if (!isJson(value)) return undefined
  const { prefix, range } = value
  if (isJson(prefix)) return parseRange(`${String(prefix['addr'])}/${String(prefix['len'])}`)
  if (!Array.isArray(range)) return undefined
  const [first, last] = range.map((end) => parseRange(String(end)))
  return first && last ? { first: first.first, last: last.last } : undefined
}

/** Nobody answers an advert, so that for connection tracking each one is new, or not tracked at all. */
function compareState(key: string, right: unknown): Answer {
  if (key !== 'state') return 'perhaps'
  if (right === 'new') return 'yes'
  return right === 'untracked' ? 'perhaps' : 'no'
}
