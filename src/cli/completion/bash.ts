/** Completions for bash, with or without the bash-completion package. Pure. */

import { namesOf, type Command, type Grammar, type Option, type Values } from './grammar.ts'

export function bashCompletion({ commands, daemon }: Grammar): string {
  const names = commands.map(({ name }) => name)
  return `# Completions of vrrpd(8) for bash: source this file, or install it as
# /usr/share/bash-completion/completions/vrrpd
_vrrpd()
{
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
    # bash takes --option=value apart at the =.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=\${COMP_WORDS[COMP_CWORD-2]}
    fi
    local command=
    if ((COMP_CWORD > 1)) && [[ \${COMP_WORDS[1]} != -* ]]; then
        command=\${COMP_WORDS[1]}
    fi
    COMPREPLY=()
    case $command/$prev in
${[{ name: '', options: daemon }, ...commands].flatMap(valueCases).join('\n')}
    esac
    local options= operands=
    case $command in
    '')
        options=${quote(optionWords(daemon))}
        if ((COMP_CWORD == 1)); then
            operands=${quote(names.join(' '))}
        fi
        ;;
${commands.map(optionCase).join('\n')}
    esac
    if [[ $cur == -* || ($command == '' && $COMP_CWORD -gt 1) ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    fi
    if [[ -n $operands ]]; then
        COMPREPLY=($(compgen -W "$operands" -- "$cur"))
        return
    fi
    case $command in
${commands.flatMap(operandCase).join('\n')}
    esac
}

_vrrpd_files()
{
    # Without replies readline completes file names, blanks and all.
    compopt -o default 2> /dev/null
}

# Asks the daemon, at the socket that the line names: for --instances or --subjects.
_vrrpd_names()
{
    local at control=() IFS=$'\\n' name whole=$2 apart
    # bash takes 10.9.0.21:80 apart at the colon, and puts a reply in place of what follows it.
    for ((at = COMP_CWORD; at > 2; at--)); do
        [[ \${COMP_WORDS[at]} =~ ^:+$ || \${COMP_WORDS[at - 1]} =~ ^:+$ ]] || break
        whole=\${COMP_WORDS[at - 1]}$whole
    done
    apart=\${whole%"\${whole##*:}"}
    for ((at = 2; at < \${#COMP_WORDS[@]}; at++)); do
        if [[ \${COMP_WORDS[at - 1]} == --control && \${COMP_WORDS[at]} != = ]]; then
            control=(--control "\${COMP_WORDS[at]}")
        elif [[ \${COMP_WORDS[at - 2]} == --control && \${COMP_WORDS[at - 1]} == = ]]; then
            control=(--control "\${COMP_WORDS[at]}")
        fi
    done
    for name in $("\${COMP_WORDS[0]}" completion "$1" "\${control[@]}" 2> /dev/null); do
        if [[ $name == "$whole"* ]]; then
            COMPREPLY+=("$(printf %q "\${name#"$apart"}")")
        fi
    done
}

complete -F _vrrpd vrrpd
`
}

/** In single quotes. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const optionWords = (options: readonly Option[]): string => options.flatMap(namesOf).join(' ')

const optionCase = ({ name, options }: Command): string =>
  `    ${name}) options=${quote(optionWords(options))} ;;`

/** What stands behind an option that wants a value; an optional one is attached, with =. */
function valueCases({ name, options }: Pick<Command, 'name' | 'options'>): readonly string[] {
  return options.flatMap((option) => {
    if (option.value === undefined || option.isValueOptional) return []
    const patterns = namesOf(option).map((each) => `${name}/${each}`)
    return [`    ${patterns.join(' | ')})`, `        ${reply(option.value)}`, '        return', '        ;;']
  })
}

function operandCase({ name, operand }: Command): readonly string[] {
  return operand === undefined ? [] : [`    ${name})`, `        ${reply(operand)}`, '        ;;']
}

function reply(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `COMPREPLY=($(compgen -W ${quote(values.words.join(' '))} -- "$cur"))`
    case 'files':
      return '_vrrpd_files'
    case 'instances':
      return '_vrrpd_names --instances "$cur"'
    case 'subjects':
      return '_vrrpd_names --subjects "$cur"'
    case 'interfaces':
      return 'COMPREPLY=($(compgen -W "$(ls /sys/class/net 2> /dev/null)" -- "$cur"))'
    case 'groups':
      return 'COMPREPLY=($(compgen -g -- "$cur"))'
    case 'namespaces':
      return 'COMPREPLY=($(compgen -W "$(ls /run/netns 2> /dev/null)" -- "$cur"))'
    case 'anything':
      return ':'
  }
}
