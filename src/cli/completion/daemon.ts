/** The daemon's options as the option table has them, but for those that do nothing. Pure. */

import { effectiveOptions, type EffectiveOption } from '../option-table.ts'
import { nothingKnown, type Option, type Values } from './grammar.ts'

/** Answered with a refusal. */
const REFUSED: readonly string[] = ['check', 'genhash']

export const daemonOptions = (): readonly Option[] =>
  effectiveOptions.filter(({ long }) => !REFUSED.includes(long)).map(optionOf)

function optionOf(entry: EffectiveOption): Option {
  const { argument, help, long, short } = entry
  return {
    long,
    help,
    isValueOptional: argument === 'optional',
    ...(short !== undefined && { short }),
    ...(argument !== 'none' && { value: valuesOf(entry) }),
  }
}

/** What is written in capitals in the help. */
const BY_NAME: Readonly<Record<string, Values>> = {
  FILE: { kind: 'files' },
  LOGFILE: { kind: 'files' },
  PATH: { kind: 'files' },
  GROUP: { kind: 'groups' },
  FORMAT: { kind: 'words', words: ['text', 'json'] },
  FACILITY: {
    kind: 'words',
    words: ['daemon', 'user', ...[0, 1, 2, 3, 4, 5, 6, 7].map((number) => `local${number}`)],
  },
  SIGFUNC: { kind: 'words', words: ['STOP', 'RELOAD', 'DATA', 'STATS', 'STATS_CLEAR', 'JSON'] },
}

const valuesOf = ({ long, value = '' }: EffectiveOption): Values =>
  long === 'namespace' ? { kind: 'namespaces' } : (BY_NAME[value] ?? nothingKnown)
