import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commandNames } from '../../src/cli/command-names.ts'
import { optionTable } from '../../src/cli/option-table.ts'
import { findProgram } from '../support/tools.ts'

const page = readFileSync('docs/vrrpd.8', 'utf8')

describe('vrrpd(8)', () => {
  test.each(optionTable.map(({ short, long }) => ({ short, long })))('has --$long', ({ short, long }) => {
    const letter = short === undefined ? '' : `Fl ${short}\\b.*`
    expect(page).toMatch(new RegExp(`^[^\\n]*${letter}Fl -${long}(?![\\w-])`, 'm'))
  })

  test.each(commandNames)('has the command %s', (name) => {
    expect(page).toContain(`\n.It Cm ${name}`)
  })

  test('is formatted without a warning', ({ skip }) => {
    const man = findProgram('man')
    if (man === undefined) {
      if (process.env['CI'] === 'true') throw new Error('man is not installed')
      skip('man is not installed')
    }
    const { status, stderr } = spawnSync('man', ['--warnings', '-l', 'docs/vrrpd.8'], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANROFFSEQ: '' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
