/** Values that are none: one clear line and the exit code of wrong usage, whatever the option. */

import { describe, expect, test } from 'vitest'
import { parseCommandLine } from '../../src/cli/options.ts'
import { commands } from '../../src/cli/table/commands.ts'
import { effectiveOptions } from '../../src/cli/table/daemon.ts'
import { run, type Ran } from './run.ts'

const wrongUsage = (name: string, line: string): Ran => ({
  code: 3,
  out: '',
  err: `${line}\n\nTry 'vrrpd ${name} --help'\n`,
})

const read = commands.filter(({ reads }) => reads === 'yargs')

describe.each(read)('vrrpd $name', ({ name, operand, options }) => {
  const flags = options.filter(({ argument }) => argument === 'none')
  const valued = options.filter(({ argument, mayBeEmpty }) => argument === 'required' && mayBeEmpty !== true)

  test.each(flags)('--$long takes no value', async ({ long }) => {
    for (const value of ['yes', '3', ''])
      expect(await run(name, `--${long}=${value}`)).toEqual(wrongUsage(name, `--${long} takes no value`))
  })

  test.each(valued)('--$long wants one that is not empty', async ({ long, short }) => {
    const says = wrongUsage(name, `--${long}: a value is needed, and it is empty`)
    const words = [[`--${long}`, ''], [`--${long}=`], ...(short === undefined ? [] : [[`-${short}`, '']])]
    for (const each of words) expect(await run(name, ...each)).toEqual(says)
  })

  test.runIf(operand !== undefined)('wants an operand that is not empty', async () => {
    const says = wrongUsage(name, `${operand?.name ?? ''}: a value is needed, and it is empty`)
    expect(await run(name, '')).toEqual(says)
  })

  test('has help all the same', async () => {
    expect(await run(name, '', '--help')).toMatchObject({ code: 0, err: '' })
  })

  test.runIf(name !== 'check')('reads nothing from standard input', async () => {
    expect(await run(name, '-')).toEqual(wrongUsage(name, 'Unknown argument: -'))
  })
})

test('no interface at all can be assumed', async () => {
  for (const words of [['--interfaces', ''], ['--interfaces=']])
    expect(await run('check', '/nowhere/x.conf', ...words)).toMatchObject({ code: 2, err: '' })
})

test.each(['x', '1.5', '1e99', 'NaN'])('simulate --seed %s is none', async (seed) => {
  expect(await run('simulate', '/nowhere/x.conf', '--seed', seed)).toEqual(
    wrongUsage('simulate', 'A whole number: --seed 7'),
  )
})

test.each([
  [
    ['check', '--color', 'x'],
    'Invalid values: Argument: color, Given: "x", Choices: "auto", "always", "never"',
  ],
  [['check', '--peer-id', 'x'], 'Missing dependent arguments: peer-id -> peer'],
  [['status', '--no-json'], 'Unknown argument: no-json'],
])('%j is told in one line', async (argv, line) => {
  expect(await run(...argv)).toEqual(wrongUsage(argv[0] ?? '', line))
})

const own = effectiveOptions.filter((option) => option.own === true && option.argument === 'required')

test.each(own)('the daemon’s --$long wants a value that is not empty', ({ long }) => {
  for (const words of [[`--${long}=`], [`--${long}`, '']])
    expect(parseCommandLine(words)).toEqual({
      ok: false,
      stdout: '',
      stderr: `Missing parameter for option --${long}\nTry 'vrrpd --help'\n`,
      exitCode: 1,
    })
})
