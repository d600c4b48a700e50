import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ipvsOptions } from '../../src/cli/ipvs/completion.ts'
import { commandNames, commands } from '../../src/cli/table/commands.ts'
import { grammar } from '../../src/cli/completion/grammar.ts'
import { helpText } from '../../src/cli/help.ts'
import { optionTable } from '../../src/cli/table/daemon.ts'
import { commandLinePage } from '../../tools/docs/command-line.ts'
import { needs } from '../support/privileges.ts'

const page = readFileSync('docs/vrrpd.8', 'utf8')

describe('vrrpd(8)', () => {
  test('is what the tables and tools/docs/vrrpd.mdoc say', () => {
    expect(page === commandLinePage(), 'options or prose have changed: run npm run docs').toBe(true)
  })

  test('speaks of no option that the tables do not have', () => {
    const all = [...optionTable, ...commands.flatMap((command) => command.options), ...ipvsOptions()]
    const known = new Set<string>(all.map(({ long }) => long))
    const spoken = [...page.matchAll(/\bFl -([a-z][\w-]*)/g)].map(([, long = '']) => long)
    // An option of start-stop-daemon.
    expect(spoken.filter((long) => !known.has(long))).toEqual(['exec'])
  })

  test.each(optionTable.map(({ short, long }) => ({ short, long })))('has --$long', ({ short, long }) => {
    const letter = short === undefined ? '' : `Fl ${short}\\b.*`
    expect(page).toMatch(new RegExp(`^[^\\n]*${letter}Fl -${long}(?![\\w-])`, 'm'))
  })

  test.each(commandNames)('has the command %s', (name) => {
    expect(page).toContain(`\n.It Cm ${name}`)
  })

  const options = grammar()
    .commands.filter(({ name }) => name !== 'cleanup')
    .flatMap(({ name, options: all }) => all.map(({ long, short }) => ({ name, long, short })))
    .filter(({ long }) => long !== 'help')

  test.each(options)('has $name --$long', ({ name, long, short }) => {
    const begin = page.search(new RegExp(`^\\.It Cm ${name}\\b`, 'm'))
    // What check has to say is in a section of its own.
    const about = name === 'check' ? page.slice(page.indexOf('.Ss Checking')) : page.slice(begin)
    const end = about
      .slice(1)
      .search(new RegExp(`^\\.It Cm (?!${name}\\b)(${commandNames.join('|')})\\b`, 'm'))
    const part = end === -1 ? about : about.slice(0, end + 1)
    expect(part).toMatch(new RegExp(`Fl -${long}(?![\\w-])`))
    if (short !== undefined) expect(part).toMatch(new RegExp(`Fl ${short}\\b`))
  })

  test.each(commandNames)('%s is in --help', (name) => {
    expect(helpText()).toMatch(new RegExp(`^ +vrrpd ${name}\\b`, 'm'))
  })
})

needs('man')('vrrpd(8) by man', () => {
  test('is formatted without a warning', () => {
    const { status, stderr } = spawnSync('man', ['--warnings', '-l', 'docs/vrrpd.8'], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANROFFSEQ: '' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
