/** What `vrrpd --help` prints: the option table, laid out for 80 columns. Pure. */

import { flow, words } from '../base/layout.ts'
import { effectiveOptions } from './table/daemon.ts'
import { ignoredOptions, type IgnoredOption } from './table/ignored.ts'
import type { Option } from './table/option.ts'

const WIDTH = 80
/** Where the descriptions begin. */
const INDENT = ' '.repeat(33)

export function helpText(): string {
  return [
    'Usage: vrrpd [OPTION...]       run the daemon, with the options of keepalived',
    '       vrrpd status [NAME]     show the state of a running daemon; --watch',
    '       vrrpd events [NAME]     show what has happened, and follow it',
    '       vrrpd why NAME          explain why an instance is as it is',
    '       vrrpd drain NAME        hand over for maintenance',
    '       vrrpd resume NAME       let in again what was drained',
    '       vrrpd check [FILE]      check a configuration',
    '       vrrpd reload            read the configuration anew, say what changes',
    '       vrrpd doctor            look for what keeps this host from taking part',
    '       vrrpd simulate FILE...  tell the future of some configurations',
    '       vrrpd cleanup           remove what a crashed daemon has left behind',
    '       vrrpd completion SHELL  print completions for bash, zsh or fish',
    '       vrrpd help              print this on standard output',
    '       vrrpd COMMAND --help    help for a command',
    '',
    'Options:',
    ...effectiveOptions.flatMap(describe),
    '',
    'Accepted for the sake of keepalived command lines, without effect:',
    ...flow(ignoredOptions.map(names), ',', '  ', WIDTH, false),
    '',
    'See vrrpd(8).',
    '',
  ].join('\n')
}

const names = ({ short, long }: IgnoredOption): { readonly text: string } => ({
  text: short === undefined ? `--${long}` : `-${short} --${long}`,
})

function describe({ short, long, argument, value = '', help }: Option): readonly string[] {
  const attached = { none: '', optional: `[=${value}]`, required: `=${value}` }[argument]
  const left = `  ${short === undefined ? '    ' : `-${short}, `}--${long}${attached}`
  const lines = flow(words(help), '', INDENT, WIDTH, false)
  const [first = '', ...rest] = lines
  return left.length < INDENT.length ? [left + first.slice(left.length), ...rest] : [left, ...lines]
}
