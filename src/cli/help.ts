/** What `vrrpd --help` and `vrrpd cleanup --help` print: the tables, laid out for 80 columns. Pure. */

import { flow, words } from '../base/layout.ts'
import { commands, type CommandEntry } from './table/commands.ts'
import { effectiveOptions } from './table/daemon.ts'
import { ignoredOptions, type IgnoredOption } from './table/ignored.ts'
import type { Operand, Option } from './table/option.ts'

const WIDTH = 80
/** Where the descriptions begin. */
const COLUMN = 33

export function helpText(): string {
  return [
    'Usage: vrrpd [OPTION...]         run the daemon, with the options of keepalived',
    '       vrrpd COMMAND --help      help for a command',
    '',
    'Commands:',
    ...commands.flatMap(({ name, operand, summary }) =>
      beside(`  ${['vrrpd', name, ...(operand ? [operandText(operand)] : [])].join(' ')}`, summary, COLUMN),
    ),
    '',
    'Options:',
    ...effectiveOptions.flatMap((option) => describe(option, COLUMN)),
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

function describe({ short, long, argument, value = '', help }: Option, column: number): readonly string[] {
  const attached = { none: '', optional: `[=${value}]`, required: `=${value}` }[argument]
  const left = `  ${short === undefined ? '    ' : `-${short}, `}--${long}${attached}`
  return beside(left, help, column)
}

/** The text in lines from that column on; the first of them beside `left` if there is room. */
function beside(left: string, text: string, column: number): readonly string[] {
  const lines = flow(words(text), '', ' '.repeat(column), WIDTH, false)
  const [first = '', ...rest] = lines
  return left.length < column ? [left + first.slice(left.length), ...rest] : [left, ...lines]
}

/** Of a command that takes the daemon's options, and heeds some of them. */
export function cleanupHelp(): string {
  const { epilog = '', options }: Partial<CommandEntry> =
    commands.find(({ name }) => name === 'cleanup') ?? {}
  return [
    'Usage: vrrpd cleanup [OPTION...]',
    '',
    'Removes the addresses, routes, rules, virtual interfaces and nftables tables',
    'that a daemon has left behind which ended without a goodbye (kill -9, a crash).',
    'Does nothing while one runs.',
    '',
    'Takes the options the daemon was started with; those that matter:',
    ...(options ?? []).flatMap((option) => describe(option, 25)),
    '',
    ...flow(words(epilog), '', '', WIDTH, false),
    '',
  ].join('\n')
}

/** `[NAME]`, `[NAME...]`, `[INSTANCE|ADDRESS]`, `[NAME=]FILE...` */
export function operandText({ alias, many, name, required, shown }: Operand): string {
  const text = `${shown ?? name}${alias === undefined ? '' : `|${alias}`}${many ? '...' : ''}`
  return required ? text : `[${text}]`
}
