/** `iptables-save` → what its rules do with an advert. Pure. */

import {
  destinationText,
  isDestination,
  isProtocol,
  isSource,
  parseRange,
  protocolName,
  type ExpectedAdvert,
} from './advert.ts'
import { every, isLink, not, type Answer, type BaseChain, type Rule, type RuleSet } from './rules.ts'

/** Chains that an advert passes on its way in; nat drops nothing. */
const BASES: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING'],
  mangle: ['PREROUTING', 'INPUT'],
  filter: ['INPUT'],
}

export function readIptables(text: string, advert: ExpectedAdvert): RuleSet {
  const chains = new Map<string, Rule[]>()
  const bases: BaseChain[] = []
  let table = ''
  for (const line of text.split('\n')) {
    const words = wordsOf(line)
    const [first = '', second = ''] = words
    if (first.startsWith('*')) table = first.slice(1)
    else if (first.startsWith(':') && BASES[table]?.includes(first.slice(1)) === true)
      bases.push(baseOf(table, first.slice(1), second, advert))
    else if (first === '-A') {
      const rule = ruleOf(words.slice(2), table, advert)
      if (rule) chains.set(`${table} ${second}`, [...(chains.get(`${table} ${second}`) ?? []), rule])
    }
  }
  return { link: advert.link, bases, chains }
}

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

function baseOf(table: string, chain: string, policy: string, advert: ExpectedAdvert): BaseChain {
  const where = table === 'filter' ? '' : `-t ${table} `
  return {
    chain: `${table} ${chain}`,
    name: `iptables chain ${chain}${table === 'filter' ? '' : ` of table ${table}`}`,
    policy: policy === 'DROP' ? 'drop' : 'accept',
    mend: `iptables ${where}-I ${chain} -p ${protocolName(advert)} -d ${destinationText(advert)} -j ACCEPT # and keep it: with ufw in /etc/ufw/before.rules, else by netfilter-persistent save`,
  }
}

/** Undefined: the rule only counts, logs or marks. */
function ruleOf(words: readonly string[], table: string, advert: ExpectedAdvert): Rule | undefined {
  const answers: Answer[] = []
  let negated = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    const value = words[at + 1] ?? ''
    if (word === '!') {
      negated = true
      continue
    }
    if (word === '-j' || word === '-g') {
      const verdict = verdictOf(word, value, table)
      return verdict && { matches: every(answers), verdict }
    }
    const answer = answerOf(word, value, advert)
    if (answer !== undefined) answers.push(negated ? not(answer) : answer)
    negated = false
    if (takesValue(word, value)) at++
  }
  return undefined
}

function verdictOf(word: string, target: string, table: string): Rule['verdict'] | undefined {
  if (word === '-g') return { kind: 'goto', chain: `${table} ${target}` }
  switch (target) {
    case 'ACCEPT':
      return { kind: 'accept' }
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' }
    case 'RETURN':
      return { kind: 'return' }
    case 'NFQUEUE':
    case 'QUEUE':
      return { kind: 'queue' }
    default:
      return isExtension(target) ? undefined : { kind: 'jump', chain: `${table} ${target}` }
  }
}

/** Targets of iptables-extensions(8) that let the packet go on. */
const isExtension = (target: string): boolean =>
  [
    'LOG',
    'NFLOG',
    'ULOG',
    'MARK',
    'CONNMARK',
    'CT',
    'NOTRACK',
    'TRACE',
    'TOS',
    'DSCP',
    'SET',
    'AUDIT',
  ].includes(target)

/** Undefined: a word that is no condition. */
function answerOf(word: string, value: string, advert: ExpectedAdvert): Answer | undefined {
  const range = parseRange(value)
  switch (word) {
    case '-p':
      return isProtocol(advert, value)
    case '-i':
      return isLink(value, advert.link)
    case '-d':
      return range ? isDestination(advert, range) : 'perhaps'
    case '-s':
      return range ? isSource(advert, range) : 'perhaps'
    case '--ctstate':
    case '--state':
      return isNew(value)
    case '--pkt-type':
      return value === 'multicast' ? 'yes' : 'no'
    case '--dst-type':
      return value === 'MULTICAST' ? 'yes' : 'no'
    case '-m':
      return isHarmless(value) ? undefined : 'perhaps'
    default:
      return undefined
  }
}

/** Nobody answers an advert, so that for connection tracking each one is new, or not tracked at all. */
function isNew(states: string): Answer {
  const list = states.split(',')
  if (list.includes('NEW')) return 'yes'
  return list.includes('UNTRACKED') ? 'perhaps' : 'no'
}

/** Modules whose conditions are all answered above, or that have none. */
const isHarmless = (module: string): boolean =>
  ['conntrack', 'state', 'comment', 'pkttype', 'addrtype', 'vrrp', 'ah', 'tcp', 'udp', 'icmp'].includes(
    module,
  )

const takesValue = (word: string, value: string): boolean =>
  word.startsWith('-') && value !== '' && value !== '!' && !value.startsWith('-')
