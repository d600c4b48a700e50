/** Command lines, lists and restored files: the same bytes, exit codes and tables as ipvsadm. */

import { describe, expect, test } from 'vitest'
import { before, commandLines, lists, refusals, restores, tables } from './measured.ts'
import { run, tableAfter } from './run.ts'

describe('command lines', () => {
  test.each(commandLines.map((row) => [row.argv.join(' '), row] as const))('%s', async (_, row) => {
    const table = await tableAfter(before)
    const { code, out, err } = await run(row.argv, table)
    expect({ code, out, err }).toEqual({ code: row.code, out: row.out ?? '', err: row.err ?? '' })
    if (row.saved === undefined) return
    expect((await run(['-S', '-n'], table)).out).toBe(savedByUs(row.saved))
    expect((await run(['-L', '--daemon'], table)).out).toBe(row.daemons ?? '')
    expect((await run(['-L', '--timeout'], table)).out).toBe(
      row.timeouts ?? 'Timeout (tcp tcpfin udp): 900 120 300\n',
    )
    if (row.thresholds !== undefined)
      expect((await run(['-Ln', '--thresholds'], table)).out).toBe(row.thresholds)
  })
})

/**
 * Marks are unsigned: ipvsadm saves the large ones negative, and refuses to read them then. An engine without
 * persistence has no effect and is not kept.
 */
const savedByUs = (text: string): string =>
  text
    .replace(/-f (-\d+)/g, (_match, mark: string) => `-f ${Number(mark) + 2 ** 32}`)
    .replace(/^(-A (?:(?! -p ).)*) --pe \w+/gm, '$1')

describe('lists', () => {
  test.each(lists.map((row) => [`${row.argv.join(' ')} of ${row.table}`, row] as const))(
    '%s',
    async (_, row) => {
      const table = await tableAfter(tables[row.table]!)
      const { code, out, err } = await run(row.argv, table)
      const expected = row.argv[0]?.startsWith('-S') === true ? savedByUs(row.out) : row.out
      expect({ code, out, err }).toEqual({ code: row.code, out: expected, err: row.err ?? '' })
    },
  )
})

describe('restored files', () => {
  test.each(restores.map((row) => [JSON.stringify(row.input), row] as const))('%s', async (_, row) => {
    const table = await tableAfter([])
    const { code, out, err } = await run(['-R'], table, { input: row.input })
    expect({ code, out, err }).toEqual({ code: row.code, out: row.out, err: row.err })
    expect((await run(['-S', '-n'], table)).out).toBe(row.saved)
  })
})

describe('what the kernel refuses', () => {
  test.each(refusals.map((row) => [`${row.argv.join(' ')}: ${row.name}`, row] as const))(
    '%s',
    async (_, { argv, errno, name: code, text, ...row }) => {
      const table = await tableAfter(['-A -t 1.1.1.1:80', '-a -t 1.1.1.1:80 -r 2.2.2.2 -m'])
      const what = /^-[LS]/.test(argv[0]!) ? 'services' : 'changes'
      table.refusing = { refusal: { errno, code, text }, what }
      expect(await run(argv, table)).toMatchObject({ out: '', ...row })
    },
  )
})
