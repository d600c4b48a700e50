/** Completions for zsh, in the terms of its _arguments. Pure. */

import { namesOf, type Command, type Grammar, type Option, type Values } from './grammar.ts'

export const zshCompletion = ({ commands, daemon }: Grammar): string => `#compdef vrrpd
# Completions of vrrpd(8) for zsh: install it as _vrrpd in a directory of $fpath.

_vrrpd_names() {
    local -a names control
    local at=\${words[(I)--control]}
    ((at > 0)) && control=(--control "\${(Q)words[at + 1]}")
    names=(\${(f)"$(_call_program names vrrpd completion $1 "\${control[@]}" 2> /dev/null)"})
    compadd -a names
}

_vrrpd() {
    local -a commands
    commands=(
${commands.map(({ name, summary }) => `        ${quote(`${name}:${summary}`)}`).join('\n')}
    )
    if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then
        _describe command commands
        return
    fi
    case $words[2] in
${commands.map(commandCase).join('\n')}
    *)
        _arguments -s -S \\
${specs(daemon, undefined)}
        ;;
    esac
}

if [[ $funcstack[1] == _vrrpd ]]; then
    _vrrpd "$@"
else
    compdef _vrrpd vrrpd
fi
`

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const commandCase = ({ name, operand, options }: Command): string => `    ${name})
        shift words
        ((CURRENT--))
        _arguments -s -S \\
${specs(options, operand)}
        ;;`

function specs(options: readonly Option[], operand: Values | undefined): string {
  const lines = [
    ...options.flatMap(optionSpecs),
    ...(operand === undefined ? [] : [quote(`*:${labelOf(operand)}:${action(operand)}`)]),
  ]
  // With no specification at all nothing is completed.
  return (lines.length === 0 ? ["':'"] : lines).map((line) => `            ${line}`).join(' \\\n')
}

/** `(-i --id)-i+[help]:value:action`: the other name is not offered again. */
function optionSpecs(option: Option): readonly string[] {
  const names = namesOf(option)
  const others = names.length === 1 ? '' : `(${names.join(' ')})`
  const help = option.help.replace(/[[\]:\\]/g, (character) => `\\${character}`)
  return names.map((name) => {
    if (option.value === undefined) return quote(`${others}${name}[${help}]`)
    const attached = name.startsWith('--') ? '=' : option.isValueOptional ? '-' : '+'
    const optional = option.isValueOptional ? '::' : ':'
    const form = option.isValueOptional && attached === '=' ? '=-' : attached
    return quote(
      `${others}${name}${form}[${help}]${optional}${labelOf(option.value)}:${action(option.value)}`,
    )
  })
}

const labelOf = ({ kind }: Values): string => (kind === 'words' || kind === 'anything' ? 'value' : kind)

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`
    case 'files':
      return '_files'
    case 'instances':
      return '_vrrpd_names --instances'
    case 'subjects':
      return '_vrrpd_names --subjects'
    case 'interfaces':
      return '_net_interfaces'
    case 'groups':
      return '_groups'
    case 'namespaces':
      return '_files -W /run/netns'
    case 'anything':
      return ' '
  }
}
