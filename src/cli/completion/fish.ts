/** Completions for fish. Pure. */

import type { Command, Grammar, Option, Values } from './grammar.ts'

export function fishCompletion({ commands, daemon }: Grammar): string {
  const names = commands.map(({ name }) => name).join(' ')
  const isDaemon = `not __fish_seen_subcommand_from ${names}`
  return [
    '# Completions of vrrpd(8) for fish: install it as vrrpd.fish in a completions directory.',
    'function __vrrpd_instances',
    '    vrrpd completion --instances 2> /dev/null',
    'end',
    'function __vrrpd_subjects',
    '    vrrpd completion --subjects 2> /dev/null',
    'end',
    'complete -c vrrpd -f',
    ...commands.map(
      ({ name, summary }) => `complete -c vrrpd -n '__fish_is_first_arg' -a ${name} -d ${quote(summary)}`,
    ),
    ...daemon.map((option) => optionLine(option, isDaemon)),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n')
}

/** In single quotes, in which fish lets a backslash escape. */
const quote = (text: string): string => `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`

function commandLines({ name, operand, options }: Command): readonly string[] {
  const condition = `__fish_seen_subcommand_from ${name}`
  return [
    ...options.map((option) => optionLine(option, condition)),
    ...(operand === undefined || operand.kind === 'anything'
      ? []
      : [`complete -c vrrpd -n ${quote(condition)} ${values(operand)}`]),
  ]
}

function optionLine({ help, isValueOptional, long, short, value }: Option, condition: string): string {
  return [
    `complete -c vrrpd -n ${quote(condition)}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${long}`,
    ...(value === undefined || isValueOptional ? [] : ['-x']),
    ...(value === undefined || value.kind === 'anything' ? [] : [values(value)]),
    `-d ${quote(help)}`,
  ].join(' ')
}

function values(given: Exclude<Values, { readonly kind: 'anything' }> | Values): string {
  switch (given.kind) {
    case 'words':
      return `-a ${quote(given.words.join(' '))}`
    case 'files':
      return `-a '(__fish_complete_path)'`
    case 'instances':
      return `-a '(__vrrpd_instances)'`
    case 'subjects':
      return `-a '(__vrrpd_subjects)'`
    case 'interfaces':
      return `-a '(__fish_print_interfaces)'`
    case 'groups':
      return `-a '(__fish_complete_groups)'`
    case 'namespaces':
      return `-a '(ls /run/netns 2> /dev/null)'`
    case 'anything':
      return ''
  }
}
