/** docs/vrrpd.8: the prose of vrrpd.mdoc, with every command and option from the tables of the command line. */

import { readFileSync } from 'node:fs'
import { commands, type CommandEntry, type Form } from '../../src/cli/table/commands.ts'
import { effectiveOptions } from '../../src/cli/table/daemon.ts'
import { ignoredOptions } from '../../src/cli/table/ignored.ts'
import type { CommandOption, Operand, Option } from '../../src/cli/table/option.ts'
import { sentence } from './blocks.ts'
import { escape } from './manual.ts'

/**
 * The prose has lines that begin with `@`:
 *
 * - `@synopsis daemon`, `@synopsis commands`: how they are used.
 * - `@command NAME`, `@form OPTION`: the heading of a command, and of another question that it answers.
 * - `@options NAME` … `@end`: the options of a command, or of the daemon, as a list; `@option LONG` is one of them.
 *   What follows is said of it; where nothing does, what the help says.
 * - `@ignored`: the options without effect.
 *
 * What the prose leaves out is told all the same, in the words of the help: an option at the end of its list, or, of a
 * command without a list, of its text; a command at `@end commands`.
 */
export function commandLinePage(): string {
  const writer = new Writer(
    readFileSync(new URL('./vrrpd.mdoc', import.meta.url), 'utf8')
      .trimEnd()
      .split('\n'),
  )
  return `${writer.write().join('\n')}\n`
}

class Writer {
  private readonly template: readonly string[]
  private readonly page: string[] = []
  /** Whose list of options it is, and which of them it has so far. */
  private list = { name: '', told: [] as readonly string[] }
  /** Whose text it is; the commands before it are told. */
  private command: CommandEntry | undefined
  private toldCommands: readonly string[] = []

  constructor(template: readonly string[]) {
    this.template = template
  }

  write(): readonly string[] {
    this.page.push('.\\" Written by npm run docs; changes belong in src/cli/table or tools/docs/vrrpd.mdoc.')
    this.template.forEach((line, at) => {
      const [, directive = '', word = ''] = /^@(\w+) ?(.*)$/.exec(line) ?? []
      if (directive === '') this.page.push(line)
      else this.page.push(...this.instead(directive, word, isDirective(this.template[at + 1])))
    })
    return this.page
  }

  /** @param isBare nothing is said besides */
  private instead(directive: string, word: string, isBare: boolean): readonly string[] {
    switch (directive) {
      case 'synopsis':
        return word === 'daemon' ? daemonSynopsis() : commands.flatMap(commandSynopsis)
      case 'command':
        return [...this.endOfCommand(), ...this.beginCommand(named(commands, word))]
      case 'form':
        return [this.heading(named(commands, this.command?.name ?? ''), word)]
      case 'options':
        this.list = { name: word, told: [] }
        return ['.Bl -tag -width Ds']
      case 'option': {
        const option = named(optionsOf(this.list.name), word)
        this.list = { ...this.list, told: [...this.list.told, word] }
        return [item(option, this.list.name), ...(isBare ? [help(option)] : [])]
      }
      case 'end':
        return [...(word === 'commands' ? this.otherCommands() : this.otherOptions()), '.El']
      case 'ignored':
        return ignoredOptions.map(
          (each, at) => `.${flags(each)} ${at + 1 < ignoredOptions.length ? ';' : '.'}`,
        )
      default:
        throw new Error(`tools/docs/vrrpd.mdoc: @${directive} is none of ours`)
    }
  }

  private beginCommand(command: CommandEntry): readonly string[] {
    this.command = command
    this.toldCommands = [...this.toldCommands, command.name]
    return [this.heading(command)]
  }

  /** The options of a command whose options are told in its text, and that are not: as a list. */
  private endOfCommand(): readonly string[] {
    const { command, template } = this
    if (command === undefined || this.hasList(command)) return []
    const from = template.indexOf(`@command ${command.name}`)
    const to = template.findIndex((line, at) => at > from && /^@(command|end commands)/.test(line))
    const text = from === -1 ? '' : template.slice(from, to).join('\n')
    const missing = command.options.filter(
      ({ long }) => long !== 'control' && !new RegExp(`(Fl -|@form )${long}(?![\\w-])`).test(text),
    )
    if (missing.length === 0) return []
    return ['.Bl -tag -width Ds', ...missing.flatMap((each) => [item(each, command.name), help(each)]), '.El']
  }

  private otherCommands(): readonly string[] {
    const last = this.endOfCommand()
    const others = commands.filter(({ name }) => !this.toldCommands.includes(name))
    return [
      ...last,
      ...others.flatMap((command) => [
        ...this.beginCommand(command),
        escape(sentence(command.summary)),
        ...this.endOfCommand(),
      ]),
    ]
  }

  private otherOptions(): readonly string[] {
    const { name, told } = this.list
    return optionsOf(name)
      .filter(({ long }) => !told.includes(long) && !(name === 'daemon' && isRefused(long)))
      .flatMap((option) => [item(option, name), help(option)])
  }

  /** As in the synopsis, on a line; of a command with a list of options without them. */
  private heading(command: CommandEntry, by?: string): string {
    const parts = this.hasList(command)
      ? [...operandPart(command.operand), { text: 'Ar option ...', optional: true }]
      : partsOf(command, by === undefined ? undefined : command.forms?.find((form) => form.by === by))
    const words = parts.map(({ text, optional }, at) => {
      if (!optional) return text
      return at + 1 < parts.length ? `Oo ${text} Oc` : `Op ${text}`
    })
    return ['.It Cm', command.name, ...words].join(' ')
  }

  private hasList({ name }: CommandEntry): boolean {
    return this.template.includes(`@options ${name}`)
  }
}

/** An error in the prose: it tells of what the tables do not have. */
function named<T extends { readonly name: string } | { readonly long: string }>(
  all: readonly T[],
  word: string,
): T {
  const found = all.find((each) => ('name' in each ? each.name : each.long) === word)
  if (found === undefined) throw new Error(`tools/docs/vrrpd.mdoc: the tables have no ${word}`)
  return found
}

const isDirective = (line: string | undefined): boolean => line === undefined || line.startsWith('@')

const optionsOf = (name: string): readonly CommandOption[] =>
  name === 'daemon' ? effectiveOptions : named(commands, name).options

const isRefused = (long: string): boolean =>
  effectiveOptions.some((option) => option.refused === true && option.long === long)

const help = (option: Option): string => {
  const value =
    option.default === undefined || option.help.includes('default') ? '' : ` Default: ${option.default}.`
  return escape(`${sentence(option.help)}${value}`)
}

const flags = ({ short, long }: Pick<Option, 'short' | 'long'>): string =>
  short === undefined ? `Fl -${long}` : `Fl ${short} , Fl -${long}`

/** `Ar file`; `Ar name : Ns Ar interface Ns = Ns Ar address`, `Oo Ar name Ns = Oc Ns Ar file` */
const valueText = (value: string): string =>
  value
    .replace(/[A-Z]+/g, (word) => ` Ar ${word.toLowerCase()} `)
    .replace(/\[(.*?)=\s*\]/g, 'Oo $1 Ns = Oc Ns ')
    .replace(/(?<!Ns )=/g, 'Ns = Ns')
    .replace(/:/g, ': Ns')
    .replace(/ +/g, ' ')
    .trim()

/** The heading of an option in a list: values of the daemon's are told as getopt reads them. */
function item({ argument, long, short, value = '' }: CommandOption, listing: string): string {
  const name = valueText(value)
  const letter = short === undefined ? '' : `Fl ${short}`
  const join = short === undefined ? '' : ' , '
  if (argument === 'none') return `.It ${letter}${join}Fl -${long}`
  if (argument === 'optional') return `.It ${letter} Ns Oo ${name} Oc${join}Fl -${long} Ns Oo = Ns ${name} Oc`
  const attached = listing === 'daemon' ? ' Ns = Ns ' : ' '
  return `.It ${letter}${short === undefined ? '' : ` ${name}`}${join}Fl -${long}${attached}${name}`
}

/** Letters without a value are joined; what is answered at once, or has a question of its own, stands in the prose. */
function daemonSynopsis(): readonly string[] {
  const options = effectiveOptions.filter(
    ({ answered, argument, refused }) => !answered && !refused && argument !== 'optional',
  )
  const letters = options.filter(({ argument, short }) => argument === 'none' && short !== undefined)
  const others = options.filter((option) => !letters.includes(option))
  return [
    '.Nm',
    `.Op Fl ${letters.map(({ short }) => short).join('')}`,
    ...others.map(({ argument, long, short, value = '' }) => {
      if (argument === 'none') return `.Op Fl -${long}`
      return short === undefined
        ? `.Op Fl -${long} Ns = Ns ${valueText(value)}`
        : `.Op Fl ${short} ${valueText(value)}`
    }),
  ]
}

interface Part {
  readonly text: string
  readonly optional: boolean
}

function commandSynopsis(command: CommandEntry): readonly string[] {
  const forms: readonly (Form | undefined)[] = [undefined, ...(command.forms ?? [])]
  return forms.flatMap((form) => [
    '.Nm',
    `.Cm ${command.name}`,
    ...partsOf(command, form).map(({ text, optional }) => (optional ? `.Op ${text}` : `.${text}`)),
  ])
}

function partsOf({ forms = [], operand, options }: CommandEntry, form: Form | undefined): readonly Part[] {
  const operands = operandPart(operand)
  const isElsewhere = (long: string): boolean =>
    forms.some(({ by, with: others }) => by === long || others?.includes(long) === true)
  if (form === undefined) {
    const own = options.filter(({ long }) => !isElsewhere(long) && operand?.or !== long)
    return [...operands, ...own.flatMap((option) => optionPart(option, own))]
  }
  const find = (long: string): CommandOption => named(options, long)
  return [
    { text: optionText(find(form.by)), optional: false },
    ...(form.with ?? []).map((long) => ({ text: optionText(find(long)), optional: true })),
    ...(form.operand === true ? operands : []),
    ...options
      .filter(({ long }) => long === 'control' && !isElsewhere(long))
      .map((each) => ({ text: optionText(each), optional: true })),
  ]
}

const optionText = ({ argument, long, value = '' }: CommandOption): string =>
  argument === 'none' ? `Fl -${long}` : `Fl -${long} ${valueText(value)}`

/** With what goes only with it, or instead of it. */
function optionPart(option: CommandOption, all: readonly CommandOption[]): readonly Part[] {
  const { conflicts, implies, long } = option
  if (implies !== undefined) return []
  const rival = all.find((each) => each.long === conflicts)
  if (rival !== undefined && all.indexOf(rival) < all.indexOf(option)) return []
  const company = all.filter((each) => each.implies === long)
  const text = [
    optionText(option),
    ...(rival === undefined ? [] : [`| ${optionText(rival).slice('Fl '.length)}`]),
    ...company.map((each) => `Op ${optionText(each)}`),
  ]
  return [{ text: text.join(' '), optional: true }]
}

function operandPart(operand: Operand | undefined): readonly Part[] {
  if (operand === undefined) return []
  const { alias, many, name, or, required, shown, words } = operand
  if (words !== undefined) return [{ text: `Cm ${words.join(' | ')}`, optional: required !== true }]
  const one = valueText(shown ?? name)
  const text = [
    alias === undefined ? one : `${one} | ${alias.toLowerCase()}`,
    ...(many ? ['...'] : []),
    ...(or === undefined ? [] : [`| Fl -${or}`]),
  ]
  return [{ text: text.join(' '), optional: required !== true && or === undefined }]
}
