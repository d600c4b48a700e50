/** Command lines, a program and its arguments without a shell; and users that run them. */

import type { Report, Span } from '../diagnostics/diagnostics.ts'
import type { Arguments } from '../syntax/keyword.ts'
import type { Words } from '../syntax/lexer.ts'
import { type Place, spanOf } from '../syntax/line.ts'
import { errorAt, noteAt } from '../syntax/place-diagnostic.ts'
import { asCommand, asQuoted, asWord } from './printing.ts'
import { type QuotedWord, splitQuoted } from './quoted.ts'

/** A command line as keepalived splits it: a program and its arguments, no shell. */
export interface Command {
  /** At least one word: the program. */
  readonly argv: readonly [string, ...string[]]
  readonly user?: ScriptUser
  readonly span: Span
}

export interface ScriptUser {
  readonly user: string
  /** Where it is said. */
  readonly span?: Span
  /** The user's own group when absent. */
  readonly group?: string
}

/** `COMMAND [USER [GROUP]]`, as notify lines have it: a command with arguments wants quotes. */
export const notifyCommand: Arguments<Command> = {
  syntax: 'COMMAND [USER [GROUP]]',
  needed: 1,
  quoted: true,
  read(statement, report) {
    const words = wordsOf(statement, report)
    const command = commandOf(statement, words[1], report)
    if (command === undefined) return undefined
    const user = userOf(statement, words)
    return user === undefined ? command : { ...command, user }
  },
}

/** `COMMAND`: what stands behind it on the line is ignored. */
export const command: Arguments<Command> = {
  syntax: 'COMMAND',
  needed: 0,
  quoted: true,
  read(statement, report) {
    const words = wordsOf(statement, report)
    const read = commandOf(statement, words[1], report)
    const extra = words[2]
    if (read !== undefined && extra !== undefined)
      report(
        noteAt(
          placeOf(statement, extra),
          'extra-words',
          'a command with arguments wants quotes around it: what follows its first word is ignored',
        ),
      )
    return read
  },
}

/** All words after the keyword, at least one; what quotes hold together is one word. */
export const quotedWords = (syntax: string): Arguments<readonly string[]> => ({
  syntax,
  needed: 1,
  quoted: true,
  read: (statement, report) => {
    const [, ...read] = wordsOf(statement, report)
    return read.length === 0 ? undefined : read.map(({ text }) => text)
  },
})

/** `COMMAND [USER [GROUP]]` of a startup_script: the words behind the command have to be a user. */
export const wholeCommand: Arguments<Command> = {
  ...notifyCommand,
  read(statement, report) {
    const read = notifyCommand.read(statement, report)
    if (read !== undefined && read.argv[0] !== '') return read
    report(errorAt(statement.words[0], 'invalid-value', 'a program is expected here; the line is ignored'))
    return undefined
  },
}

/** Empty when a quote is left open, which is then reported. */
export function wordsOf(statement: Words, report: Report): readonly QuotedWord[] {
  const { line, from, to } = statement.place
  const split = splitQuoted(line.text.slice(from, to))
  if ('words' in split) return split.words
  const place = { line, from: from + split.unterminated, to }
  report(errorAt(place, 'unterminated-quote', 'this quote is never closed: the line is ignored'))
  return []
}

function commandOf(statement: Words, word: QuotedWord | undefined, report: Report): Command | undefined {
  if (word === undefined) return undefined
  const split = splitQuoted(word.text)
  const place = placeOf(statement, word)
  if ('unterminated' in split) {
    report(
      errorAt(
        place,
        'unterminated-quote',
        'a quote inside this command is never closed: the line is ignored',
      ),
    )
    return undefined
  }
  const [program, ...args] = split.words.map(({ text }) => text)
  return program === undefined ? undefined : { argv: [program, ...args], span: spanOf(place) }
}

function placeOf({ place }: Words, word: QuotedWord): Place {
  return { line: place.line, from: place.from + word.from, to: place.from + word.to }
}

function userOf(statement: Words, words: readonly QuotedWord[]): ScriptUser | undefined {
  const [, , user, group] = words
  if (user === undefined) return undefined
  const span = spanOf(placeOf(statement, user))
  return { user: user.text, span, ...(group !== undefined && { group: group.text }) }
}

/** `USER [GROUP]`, after `script_user` and `user`. */
export const scriptUserArguments: Arguments<ScriptUser> = {
  syntax: 'USER [GROUP]',
  needed: 1,
  read({ words }) {
    const [, user, group] = words
    if (user === undefined) return undefined
    return { user: user.text, span: spanOf(user), ...(group !== undefined && { group: group.text }) }
  },
}

export const userWords = ({ user, group }: ScriptUser, format: (text: string) => string = asWord): string =>
  group === undefined ? format(user) : `${format(user)} ${format(group)}`

export const commandLine = (keyword: string, { argv, user }: Omit<Command, 'span'>): string =>
  `${keyword} ${asCommand(argv)}${user === undefined ? '' : ` ${userWords(user, escaped)}`}`

/** In these lines users are split with escapes, too. */
const escaped = (text: string): string => (/^[\w.-]+$/.test(text) ? text : asQuoted(text))
