/** `vrrpd completion SHELL`: what each shell is told, and what bash makes of it. */

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandNames } from '../../src/cli/table/commands.ts'
import { grammar } from '../../src/cli/completion/grammar.ts'
import { effectiveOptions } from '../../src/cli/table/daemon.ts'
import { wants } from '../support/privileges.ts'
import { findProgram } from '../support/tools.ts'
import { run } from './run.ts'

const completion = async (shell: string): Promise<string> => (await run('completion', shell)).out

describe('the grammar', () => {
  test('has every command, in the order of the help', () => {
    expect(grammar().commands.map(({ name }) => name)).toEqual([...commandNames])
  })

  test.each<string>(commandNames.filter((name) => !['help', 'cleanup', 'ipvs'].includes(name)))(
    'has the options that %s --help names',
    async (name) => {
      const { out } = await run(name, '--help')
      const help = out.slice(out.indexOf('Options:'))
      const options = [...help.matchAll(/(?<= |^)--[a-z][\w-]*/gm)].map(([option]) => option)
      const { options: known, summary } = grammar().commands.find((command) => command.name === name)!
      // The help describes some options by naming others.
      const ours = known.map(({ long }) => `--${long}`)
      expect(ours.filter((each) => !options.includes(each))).toEqual([])
      expect(options.filter((each) => !ours.includes(each))).toEqual([])
      expect(summary).not.toBe('')
    },
  )

  test('has the options of the daemon that do something', () => {
    const offered = grammar().daemon.map(({ long }) => long)
    expect(effectiveOptions.map(({ long }) => long).filter((long) => !offered.includes(long))).toEqual([])
  })
})

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  test('is told every command and option', async () => {
    const script = await completion(shell)
    const { commands, daemon } = grammar()
    for (const { name } of commands) expect(script).toContain(name)
    for (const { long } of [...daemon, ...commands.flatMap(({ options }) => options)])
      expect(script).toContain(shell === 'fish' ? `-l ${long} ` : `--${long}`)
  })

  // Few machines have all of them.
  wants(shell)('itself', () => {
    test('accepts it', async () => {
      const { status, stderr } = spawnSync(findProgram(shell)!, ['-n'], {
        input: await completion(shell),
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })
  })
})

describe('bash completes', () => {
  let directory: string
  let script: string

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd completion-'))
    script = join(directory, 'vrrpd.bash')
    writeFileSync(script, await completion('bash'))
    // Says what it was asked, and then the names of three instances, or of servers as well.
    const daemon = join(directory, 'vrrpd')
    writeFileSync(
      daemon,
      `#!/bin/sh\necho "$*" >> "${directory}/asked"\nprintf 'VI_1\\nV 2\\nother\\n'\n[ "$2" = --instances ] || printf '10.9.0.21:80\\n10.9.0.22:80\\n10.9.0.22:443\\n[fd00::1]:80\\n'\n`,
    )
    chmodSync(daemon, 0o755)
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  /** Without a template's braces in a string. */
  const HARNESS = [
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vrrpd; printf "%s\\n" "$',
    '{COMPREPLY[@]}"',
  ].join('')

  /** The replies for a line whose last word is being typed. */
  function replies(...words: readonly string[]): readonly string[] {
    const { status, stderr, stdout } = spawnSync(
      'bash',
      ['--norc', '-uc', HARNESS, 'bash', script, join(directory, 'vrrpd'), ...words],
      { encoding: 'utf8' },
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout.split('\n').filter((line) => line !== '')
  }

  test.each([
    [['st'], ['status']],
    [['che'], ['check']],
    [[''], [...commandNames]],
    [['--conf'], ['--config-id', '--config-test']],
    [
      ['-n', '--signum', 'ST'],
      ['STOP', 'STATS', 'STATS_CLEAR'],
    ],
    [['-n', '--log-format', '=', 'j'], ['json']],
    [
      ['-n', '--log-format', '='],
      ['text', 'json'],
    ],
    [['check', '--st'], ['--strict']],
    [
      ['check', '--color', ''],
      ['auto', 'always', 'never'],
    ],
    [['check', '--color', '=', 'al'], ['always']],
    [['check', '--interfaces', 'l'], ['lo']],
    [['check', '--config-id', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['completion', 'z'], ['zsh']],
    [
      ['drain', ''],
      ['VI_1', 'V\\ 2', 'other'],
    ],
    [
      ['status', ''],
      ['VI_1', 'V\\ 2', 'other', '10.9.0.21:80', '10.9.0.22:80', '10.9.0.22:443', '\\[fd00::1\\]:80'],
    ],
    [['why', '10.9.0.21'], ['10.9.0.21:80']],
    // As bash takes them apart.
    [
      ['why', '10.9.0.22', ':'],
      ['80', '443'],
    ],
    [['events', '--json', '10.9.0.22', ':', '4'], ['443']],
    [['why', '[fd00', '::', '1]', ':', '8'], ['80']],
    [['why', '10.9.0.23', ':', '8'], []],
    [
      ['status', 'V'],
      ['VI_1', 'V\\ 2'],
    ],
    [['status', '--json', 'o'], ['other']],
    [['help', ''], []],
    [['nonsense', ''], []],
    [['cleanup', '--p'], ['--pid']],
  ])('%j', (words, expected) => {
    expect(replies(...words)).toEqual(expected)
  })

  test('instances by the socket that the line names', () => {
    for (const line of [
      ['--control', '/a b/sock'],
      ['--control', '=', '/a b/sock'],
    ]) {
      expect(replies('drain', ...line, 'VI')).toEqual(['VI_1'])
      const asked = spawnSync('tail', ['-1', join(directory, 'asked')], { encoding: 'utf8' }).stdout
      expect(asked).toBe('completion --instances --control /a b/sock\n')
    }
  })
})

describe('the command', () => {
  test('wants a shell that it knows', async () => {
    expect(await run('completion')).toMatchObject({ code: 3, out: '' })
    expect(await run('completion', 'tcsh')).toMatchObject({ code: 3, out: '' })
  })

  test.each(['--instances', '--subjects'])('%s: none without a daemon', async (option) => {
    expect(await run('completion', option, '--control', '/nowhere/sock')).toEqual({
      code: 2,
      out: '',
      err: '',
    })
  })
})
