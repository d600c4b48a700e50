/** Who adds a command or an option adds an entry to a table: everybody who tells of them has it then. */

import { expect, test, vi } from 'vitest'
import { grammar } from '../../src/cli/completion/grammar.ts'
import { bashCompletion } from '../../src/cli/completion/bash.ts'
import { fishCompletion } from '../../src/cli/completion/fish.ts'
import { zshCompletion } from '../../src/cli/completion/zsh.ts'
import { helpText } from '../../src/cli/help.ts'
import { parseCommandLine } from '../../src/cli/options.ts'
import { commandLinePage } from '../../tools/docs/command-line.ts'
import { run } from './run.ts'
import type * as commandTable from '../../src/cli/table/commands.ts'
import type * as daemonTable from '../../src/cli/table/daemon.ts'

const invented = vi.hoisted(
  () =>
    ({ long: 'invented', short: 'y', argument: 'required', value: 'WORD', help: 'Do what is new' }) as const,
)

vi.mock('../../src/cli/table/daemon.ts', async (original) => {
  const table = await original<typeof daemonTable>()
  return {
    ...table,
    effectiveOptions: [...table.effectiveOptions, invented],
    optionTable: [...table.optionTable, invented],
  }
})

vi.mock('../../src/cli/table/commands.ts', async (original) => {
  const { commands, ...table } = await original<typeof commandTable>()
  return {
    ...table,
    commands: [
      ...commands.map((command) => ({ ...command, options: [...command.options, invented] })),
      { name: 'invent', reads: 'itself', summary: 'Make things up', options: [invented] },
    ],
  }
})

test('getopt reads an option of the daemon, and its help has it', () => {
  expect(parseCommandLine(['-y', 'x', '--inv=x'])).toMatchObject({ ok: true, options: { notices: [] } })
  expect(parseCommandLine(['-y'])).toMatchObject({
    stderr: expect.stringContaining('option -y\n') as unknown,
  })
  expect(helpText()).toMatch(/^ {2}-y, --invented=WORD {2,}Do what is new$/m)
})

test('the overview has a command', () => {
  expect(helpText()).toMatch(/^ {2}vrrpd invent {2,}Make things up$/m)
})

test('yargs reads an option of a command, and its help has it', async () => {
  const codeOf = async (...words: readonly string[]): Promise<number> =>
    (await run('resume', '--all', ...words)).code
  expect(await codeOf('-y', 'x', '--control', '/nowhere')).toBe(2)
  expect(await codeOf('--invented')).toBe(3)
  const { code, out: help } = await run('resume', '--help')
  expect(code).toBe(0)
  expect(help).toMatch(/^ {2}-y, --invented {2}Do what is new /m)
})

test('completions have both', () => {
  const known = grammar()
  const told = [bashCompletion(known), zshCompletion(known), fishCompletion(known)]
  for (const script of told) {
    // The daemon and each command but ipvs, which has its options from a list of its own.
    expect(script.match(/invented/g)?.length).toBeGreaterThanOrEqual(known.commands.length)
    expect(script).toMatch(/\binvent\b/)
  }
})

test('vrrpd(8) has both, in its synopsis and described', () => {
  const page = commandLinePage()
  expect(page).toContain('\n.Op Fl y Ar word\n')
  expect(page).toContain('\n.It Fl y Ar word , Fl -invented Ns = Ns Ar word\nDo what is new.\n.El\n')
  expect(page).toContain('\n.Cm invent\n.Op Fl -invented Ar word\n')
  expect(page).toContain('\n.It Cm invent Op Fl -invented Ar word\nMake things up.\n')
  // Of commands with a list of options, and of those without.
  for (const name of ['check', 'doctor', 'status', 'help', 'invent'])
    expect(page, name).toMatch(new RegExp(`^\\.Cm ${name}\n(\\.(?!Nm).*\n)*\\.Op Fl -invented Ar word$`, 'm'))
  const described = page.match(/^\.It Fl y Ar word , Fl -invented Ar word\nDo what is new\.$/gm)
  expect(described).toHaveLength(15)
})
