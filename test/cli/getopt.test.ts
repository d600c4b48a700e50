import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { getopt, type OptionSpec, type Token } from '../../src/cli/getopt.ts'
import { optionTable } from '../../src/cli/table/daemon.ts'
import { needs } from '../support/privileges.ts'
import { findProgram } from '../support/tools.ts'

const table: readonly OptionSpec[] = [
  { long: 'use-file', short: 'f', argument: 'required' },
  { long: 'config-test', short: 't', argument: 'optional' },
  { long: 'config-id', short: 'i', argument: 'required' },
  { long: 'config', argument: 'none' },
  { long: 'dont-fork', short: 'n', argument: 'none' },
  { long: 'log-detail', short: 'D', argument: 'none' },
  { long: 'log-delay', argument: 'required', own: true },
  { long: 'control', argument: 'required', own: true },
]

/** `-f=x`, `operand:x` or the error's text. */
function show(token: Token<OptionSpec>): string {
  if (token.kind === 'error') return token.text
  if (token.kind === 'operand') return `operand:${token.text}`
  return token.spec.long + (token.value === undefined ? '' : `=${token.value}`)
}

const read = (...argv: readonly string[]): readonly string[] => getopt(argv, table).map(show)

describe('getopt', () => {
  test.each([
    { argv: [], tokens: [] },
    { argv: ['-nD'], tokens: ['dont-fork', 'log-detail'] },
    { argv: ['-f/x'], tokens: ['use-file=/x'] },
    { argv: ['-f', '/x'], tokens: ['use-file=/x'] },
    { argv: ['-nf/x', '-D'], tokens: ['dont-fork', 'use-file=/x', 'log-detail'] },
    { argv: ['-nf', '/x'], tokens: ['dont-fork', 'use-file=/x'] },
    { argv: ['-f=x'], tokens: ['use-file==x'] },
    { argv: ['-f', '-n'], tokens: ['use-file=-n'] },
    { argv: ['-f', '--'], tokens: ['use-file=--'] },
    { argv: ['--use-file=/x'], tokens: ['use-file=/x'] },
    { argv: ['--use-file', '/x'], tokens: ['use-file=/x'] },
    { argv: ['--use-file='], tokens: ['use-file='] },
    { argv: ['--use-file=a=b'], tokens: ['use-file=a=b'] },
    { argv: ['--use', '/x'], tokens: ['use-file=/x'] },
    { argv: ['-t'], tokens: ['config-test'] },
    { argv: ['-t', 'x'], tokens: ['config-test', 'operand:x'] },
    { argv: ['-tx'], tokens: ['config-test=x'] },
    { argv: ['-tn'], tokens: ['config-test=n'] },
    { argv: ['--config-test', 'x'], tokens: ['config-test', 'operand:x'] },
    { argv: ['--config-test=x'], tokens: ['config-test=x'] },
    { argv: ['a', '-n', 'b'], tokens: ['operand:a', 'dont-fork', 'operand:b'] },
    { argv: ['-n', '--', '-D', '--'], tokens: ['dont-fork', 'operand:-D', 'operand:--'] },
    { argv: ['-'], tokens: ['operand:-'] },
    { argv: [''], tokens: ['operand:'] },
  ])('$argv', ({ argv, tokens }) => {
    expect(read(...argv)).toEqual(tokens)
  })

  test.each([
    { argv: ['-Z'], says: ['Unknown option -Z'] },
    { argv: ['-nZY'], says: ['dont-fork', 'Unknown option -Z', 'Unknown option -Y'] },
    { argv: ['--nonsense'], says: ['Unknown option --nonsense'] },
    { argv: ['--nonsense=3'], says: ['Unknown option --nonsense=3'] },
    { argv: ['--='], says: ['Unknown option --='] },
    { argv: ['-f'], says: ['Missing parameter for option -f'] },
    { argv: ['--use-file'], says: ['Missing parameter for option --use-file'] },
    { argv: ['--dont-fork=3'], says: ['Unknown option --dont-fork=3 (--dont-fork takes no value)'] },
    { argv: ['--config-'], says: ['Unknown option --config- (it could be --config-test, --config-id)'] },
  ])('$argv is refused', ({ argv, says }) => {
    expect(read(...argv)).toEqual(says)
  })

  test('an exact name is no abbreviation of a longer one', () => {
    expect(read('--config')).toEqual(['config'])
  })

  test('an option of our own takes no abbreviation away from keepalived', () => {
    expect(read('--log-de')).toEqual(['log-detail'])
    expect(read('--log-del', '3')).toEqual(['log-delay=3'])
  })
})

/** util-linux's getopt(1) is glibc's getopt_long(3) with its findings printed. */
const program = findProgram('getopt')
const keepalivedTable = optionTable.filter((option) => option.own !== true)

function glibc(argv: readonly string[]): readonly string[] | 'refused' {
  const colons = { none: '', required: ':', optional: '::' } as const
  const short = keepalivedTable.map((option) =>
    option.short === undefined ? '' : option.short + colons[option.argument],
  )
  const long = keepalivedTable.map((option) => option.long + colons[option.argument])
  try {
    const line = execFileSync(
      program ?? 'getopt',
      ['-q', '-o', short.join(''), '-l', long.join(','), '--', ...argv],
      { encoding: 'utf8' },
    )
    return line.trim().split(/ +/)
  } catch {
    return 'refused'
  }
}

/** Our tokens as getopt(1) prints them: operands last, after `--`. */
function asPrinted(argv: readonly string[]): readonly string[] | 'refused' {
  const options: string[] = []
  const operands: string[] = []
  for (const token of getopt<OptionSpec>(argv, keepalivedTable)) {
    if (token.kind === 'error') return 'refused'
    if (token.kind === 'operand') operands.push(`'${token.text}'`)
    else {
      options.push(token.spec.long)
      if (token.spec.argument !== 'none') options.push(`'${token.value ?? ''}'`)
    }
  }
  return [...options, '--', ...operands]
}

/** getopt(1) prints an option as it was given, short or long. */
const longNames = (printed: readonly string[] | 'refused'): readonly string[] | 'refused' =>
  printed === 'refused' ? printed : printed.map(longName)

function longName(word: string, at: number, all: readonly string[]): string {
  if (word === '--' || word.startsWith("'") || all.indexOf('--') < at) return word
  if (word.startsWith('--')) return word.slice(2)
  return keepalivedTable.find((option) => `-${option.short ?? ''}` === word)?.long ?? word
}

const value = fc.constantFrom('/x', 'a', '1', 'n', '=')
const names = keepalivedTable.map(({ long }) => long)
const longWord = fc
  .tuple(fc.constantFrom(...names, 'nonsense'), fc.nat(20), fc.option(value, { nil: undefined }))
  .map(([name, length, attached]) => {
    const shortened = name.slice(0, Math.max(1, length))
    return `--${shortened}${attached === undefined ? '' : `=${attached}`}`
  })
const letters = keepalivedTable.flatMap((option) => option.short ?? [])
const cluster = fc
  .array(fc.constantFrom(...letters, ...letters, 'Z', '1'), { minLength: 1, maxLength: 4 })
  .map((chosen) => `-${chosen.join('')}`)
const word = fc.oneof(longWord, longWord, cluster, cluster, value, fc.constantFrom('--', '-'))

needs('getopt')('getopt and glibc', () => {
  test('agree on every command line', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        expect(asPrinted(argv)).toEqual(longNames(glibc(argv)))
      }),
      { numRuns: 300 },
    )
  })
})
