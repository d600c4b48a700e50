/** What `vrrpd --help` prints: the option table, laid out for 80 columns. Pure. */

import { flow, words } from './layout.ts'
import { optionTable, type OptionEntry } from './option-table.ts'

const WIDTH = 80
/** Where the descriptions begin. */
const INDENT = ' '.repeat(33)

export function helpText(): string {
  const shown = optionTable.filter((option) => !('noEffect' in option))
  const hidden = optionTable.filter((option) => 'noEffect' in option)
  return [
    'Usage: vrrpd [OPTION...]       run the daemon, with the options of keepalived',
    '       vrrpd status [NAME]     show the state of a running daemon',
    '       vrrpd COMMAND --help    help for a command',
    '',
    'Options:',
    ...shown.flatMap(describe),
    '',
    'Accepted for the sake of keepalived command lines, without effect:',
    ...flow(hidden.map(names), ',', '  ', WIDTH, false),
    '',
    'See vrrpd(8).',
    '',
  ].join('\n')
}

const names = (option: OptionEntry): { readonly text: string } => ({
  text: 'short' in option ? `-${option.short} --${option.long}` : `--${option.long}`,
})

function describe(option: OptionEntry): readonly string[] {
  const short = 'short' in option ? `-${option.short}, ` : '    '
  const value =
    'value' in option ? { none: '', optional: `[=${option.value}]`, required: `=${option.value}` } : undefined
  const left = `  ${short}--${option.long}${value?.[option.argument] ?? ''}`
  const lines = flow(words(option.help), '', INDENT, WIDTH, false)
  const [first = '', ...rest] = lines
  return left.length < INDENT.length ? [left + first.slice(left.length), ...rest] : [left, ...lines]
}
