/**
 * Command lines as keepalived splits them: no shell; blanks separate words,
 * single quotes enclose one. Everything may stand in one pair of double
 * quotes, which only keep it together on the line.
 */

import type { Arguments } from '../keyword.ts'
import { spanOf } from '../line.ts'
import type { Command } from '../model.ts'
import type { Words } from '../lexer.ts'
import { readScriptUser } from './script-user.ts'

export const command: Arguments<Command> = {
  syntax: 'COMMAND',
  needed: 1,
  read: (statement) => readCommand(statement),
}

export function readCommand(statement: Words): Command | undefined {
  const [, given, ...rest] = statement.words
  if (given === undefined) return undefined
  const [program, ...args] = splitCommand(given.text)
  if (program === undefined) return undefined
  const user = readScriptUser(rest)
  return { argv: [program, ...args], span: spanOf(given), ...(user !== undefined && { user }) }
}

export const splitCommand = (written: string): string[] =>
  (written.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((part) => part.replace(/'/g, ''))
