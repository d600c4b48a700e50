/**
 * Firewall rules as far as they concern an advert, and what they do with it.
 * Some tests cannot be judged from outside (marks, sets filled by others); then
 * the answer is “perhaps”, and so is the verdict. Pure.
 */

export type Answer = 'yes' | 'no' | 'perhaps'

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** To a program, which decides. */
  | { readonly kind: 'queue' }

export interface Rule {
  /** Whether the packet meets all its conditions. */
  readonly matches: Answer
  readonly verdict: Verdict
}

/** A chain that the kernel calls for packets on their way in. */
export interface BaseChain {
  readonly chain: string
  /** In words: `nftables chain inet filter input`. */
  readonly name: string
  readonly policy: 'accept' | 'drop'
  /** What lets adverts pass. */
  readonly mend: string
}

/** Of one advert on one link: matches are already answered for it. */
export interface RuleSet {
  readonly link: string
  readonly bases: readonly BaseChain[]
  readonly chains: ReadonlyMap<string, readonly Rule[]>
}

/** `perhaps`: one of the answers that we do not have decides it. */
export type Outcome = 'accept' | 'drop' | 'perhaps'

type End = 'accept' | 'drop' | 'return'

/** A chain that calls itself, which no firewall takes, would never end. */
const DEEPEST = 64

/** What becomes of the advert in one base chain. */
export function outcomeOf({ chain, policy }: BaseChain, chains: RuleSet['chains']): Outcome {
  const ends = new Set([...endsOf(chain, chains, 0)].map((end) => (end === 'return' ? policy : end)))
  if (ends.size > 1) return 'perhaps'
  return ends.has('drop') ? 'drop' : 'accept'
}

/** All ends that some set of answers leads to. */
function endsOf(chain: string, chains: RuleSet['chains'], depth: number): ReadonlySet<End> {
  const ends = new Set<End>()
  for (const { matches, verdict } of chains.get(chain) ?? []) {
    if (matches === 'no') continue
    const own = depth > DEEPEST ? new Set<End>(['return']) : endsOfVerdict(verdict, chains, depth)
    const goesOn = verdict.kind === 'jump' && own.has('return')
    for (const end of own) if (end !== 'return' || !goesOn) ends.add(end)
    if (matches === 'yes' && !goesOn) return ends
  }
  return ends.add('return')
}

function endsOfVerdict(verdict: Verdict, chains: RuleSet['chains'], depth: number): ReadonlySet<End> {
  switch (verdict.kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return new Set([verdict.kind])
    case 'queue':
      return new Set(['accept', 'drop'])
    case 'jump':
    case 'goto':
      return endsOf(verdict.chain, chains, depth + 1)
  }
}

/** All of the conditions hold. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no'
  return answers.includes('perhaps') ? 'perhaps' : 'yes'
}

/** One of the alternatives does. */
export function some(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes'
  return answers.includes('perhaps') ? 'perhaps' : 'no'
}

export const not = (answer: Answer): Answer =>
  answer === 'perhaps' ? answer : answer === 'yes' ? 'no' : 'yes'

/** `eth0` is `eth0`, and also `eth*` (nftables) or `eth+` (iptables). */
export function isLink(pattern: string, link: string): Answer {
  const wild = /^(.*)[*+]$/.exec(pattern)
  const same = wild ? link.startsWith(wild[1] ?? '') : pattern === link
  return same ? 'yes' : 'no'
}
