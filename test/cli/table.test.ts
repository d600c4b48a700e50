/** The tables of the command line: what they promise each other, and that nobody knows more or less than they do. */

import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import { grammar } from '../../src/cli/completion/grammar.ts'
import { defaultOptions } from '../../src/cli/daemon-options.ts'
import { helpText } from '../../src/cli/help.ts'
import { parseCommandLine } from '../../src/cli/options.ts'
import { commands, type CommandEntry } from '../../src/cli/table/commands.ts'
import { daemonOption, effectiveOptions, optionTable } from '../../src/cli/table/daemon.ts'
import type { Option } from '../../src/cli/table/option.ts'
import { pidFilePaths } from '../../src/daemon/settings.ts'

const repeated = (words: readonly string[]): readonly string[] =>
  words.filter((word, at) => words.indexOf(word) !== at)

/** What a help offers: `-x` and `--long` where an option is described, not where another one mentions it. */
const offered = (help: string): readonly string[] =>
  [...help.matchAll(/^ +(?:(-\w), )?(--[\w-]+)/gm)]
    .flatMap(([, short, long]) => [short, long])
    .filter((each) => each !== undefined)

const flags = ({ short, long }: Pick<Option, 'short' | 'long'>): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${long}`,
]

async function helpOf(name: string): Promise<string> {
  let help = ''
  const io = { width: 80, colour: false, terminal: false, now: () => 0, err: () => undefined }
  expect(await main([name, '--help'], () => ({ ...io, out: (text) => (help += text) }))).toBe(0)
  return help
}

describe('the daemon', () => {
  test('has each name once', () => {
    expect(repeated(optionTable.flatMap(flags))).toEqual([])
  })

  test('offers in its help what the table has, and nothing else', () => {
    const help = helpText()
    const [described = '', ignored = ''] = help.slice(help.indexOf('Options:')).split('Accepted for the sake')
    expect(offered(described)).toEqual(effectiveOptions.flatMap(flags))
    const others = optionTable.filter((option) => 'noEffect' in option).flatMap(flags)
    expect(ignored.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g)).toEqual(others)
  })

  test('offers completions of all but what is refused', () => {
    const served = effectiveOptions.filter(({ refused }) => !refused)
    expect(grammar().daemon.map(({ long }) => long)).toEqual(served.map(({ long }) => long))
  })

  test('takes every option', () => {
    const words: Readonly<Record<string, string>> = {
      'log-facility': 'user',
      'log-format': 'json',
      umask: '022',
    }
    for (const { answered, argument, long, refused } of effectiveOptions) {
      if (answered || refused) continue
      const value = argument === 'none' ? '' : `=${words[long] ?? '/x'}`
      expect(parseCommandLine([`--${long}${value}`]), long).toMatchObject({
        ok: true,
        options: { notices: [] },
      })
    }
  })

  test('tells the defaults that hold', () => {
    const { configFile, control, log } = defaultOptions
    const { main: pid, vrrp, checkers } = pidFilePaths({ ...defaultOptions, instance: undefined })
    const told = ['use-file', 'control', 'log-ident', 'pid', 'vrrp_pid', 'checkers_pid'] as const
    expect(
      effectiveOptions
        .filter((each) => each.default !== undefined)
        .map(({ long }) => long)
        .sort(),
    ).toEqual([...told].sort())
    expect(told.map((long) => daemonOption(long).default)).toEqual([
      configFile,
      control.path,
      log.ident,
      pid,
      vrrp,
      checkers,
    ])
    expect(commands.find(({ name }) => name === 'check')?.operand?.default).toBe(configFile)
  })
})

describe.each(commands.map((command) => ({ ...command })))('vrrpd $name', (command: CommandEntry) => {
  const { helps = true, name, operand, options } = command

  test('has each name once', () => {
    expect(repeated([...options.flatMap(flags), '-h', '--help'].filter(() => helps))).toEqual([])
  })

  test('knows the options that its options speak of', () => {
    for (const { conflicts, implies, long } of options) {
      for (const other of [conflicts, implies].filter((each) => each !== undefined))
        expect(options.map((each) => each.long)).toContain(other)
      if (conflicts !== undefined)
        expect(options.find((each) => each.long === conflicts)?.conflicts).toBe(long)
    }
  })

  test.runIf(helps)('offers in its help what the table has, and nothing else', async () => {
    const own = offered(await helpOf(name)).filter((each) => !['-h', '--help'].includes(each))
    expect(own).toEqual(options.flatMap(flags).filter((each) => !['-h', '--help'].includes(each)))
  })

  // ipvs has its options from a list of its own.
  test.runIf(name !== 'ipvs')('offers completions of what the table has, and of its help', () => {
    const known = grammar().commands.find((each) => each.name === name)
    expect(known?.options.flatMap(flags).filter((each) => !['-h', '--help'].includes(each))).toEqual(
      options.flatMap(flags).filter((each) => !['-h', '--help'].includes(each)),
    )
    expect(known?.operand === undefined).toBe(operand === undefined)
  })
})
