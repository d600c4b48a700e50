/** The options of `vrrpd ipvs` as completions want them. Pure. */

import type { Option, Values } from '../completion/grammar.ts'
import { optionList, type OptionSpec } from './option-list.ts'

const words = (...all: readonly string[]): Values => ({ kind: 'words', words: all })

const VALUES: Readonly<Partial<Record<string, Values>>> = {
  scheduler: words(
    ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh'],
  ),
  'sched-flags': words(...['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3']),
  pe: words('sip'),
  'tun-type': words('ipip', 'gue', 'gre'),
  'start-daemon': words('master', 'backup'),
  'stop-daemon': words('master', 'backup'),
  'mcast-interface': { kind: 'interfaces' },
}

const optionOf = ({ long, short, argument, help }: OptionSpec): Option => ({
  long,
  ...(short !== undefined && { short }),
  help,
  isValueOptional: argument === 'optional',
  ...(argument !== 'none' && { value: VALUES[long] ?? { kind: 'anything' } }),
})

/** Each long name once; -l is -L. */
export const ipvsOptions = (): readonly Option[] => [
  ...optionList.filter(({ short }) => short !== 'l').map(optionOf),
  { long: 'json', help: 'Print lists as JSON', isValueOptional: false },
]
