/* eslint-disable no-template-curly-in-string -- keepalived’s definitions look like that */

/** Characters that nobody sees: named and placed, wherever they stand, and no password is told by it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutInvisible } from '../../../src/base/invisible.ts'
import type { Diagnostic } from '../../../src/config/diagnostics/diagnostics.ts'
import { lintText } from '../../../src/config/analysis/lint/lint.ts'
import type { Loaded } from '../../../src/config/load.ts'
import { renderDiagnostic } from '../../../src/config/diagnostics/render.ts'
import { covered, instance, load, place } from '../support.ts'

const of = (loaded: Loaded, code: string): readonly Diagnostic[] =>
  lintText(loaded).filter((one) => one.code === code)

async function invisible(text: string | Uint8Array): Promise<string[]> {
  const loaded = await load(text)
  return of(loaded, 'invisible-character').map((one) => `${place(one, loaded)} ${one.message}`)
}

const rendered = (loaded: Loaded): string =>
  [...loaded.diagnostics, ...lintText(loaded)].map((one) => renderDiagnostic(one, loaded.sources)).join('\n')

const KINDS = [
  ...['\ufeff', '\u00a0', '\u200b', '\u3000', '\u2028', '\u2029', '\u200c', '\u200d', '\u200e', '\u200f'],
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060', '\u2061', '\u2064', '\u00ad', '\u180e'],
  ...['\u0085', '\u1680', '\u2000', '\u2003', '\u200a', '\u202f', '\u205f', '\u0001', '\u001b', '\u007f'],
  ...['\u{e0020}', '\ufe0f', '\u2066', '\u034f', '\u061c'],
]

const FILE = `global_defs {
  router_id R1
  script_user root
}
vrrp_script chk {
  script "/usr/bin/true -x"
  weight 3
}
${instance('state BACKUP\npriority 100\ntrack_script {\n  chk\n}')}`

test('an ordinary file has none', async () => {
  expect(lintText(await load(FILE))).toEqual([])
  expect(lintText(await load(FILE.replaceAll('\n', '\r\n')))).toEqual([])
})

test('one anywhere in a file: its number and its place, and no word is suggested that looks like what is there', async () => {
  const position = fc.nat(FILE.length)
  await fc.assert(
    fc.asyncProperty(position, fc.constantFrom(...KINDS), async (at, character) => {
      const loaded = await load(FILE.slice(0, at) + character + FILE.slice(at))
      const [found, ...more] = of(loaded, 'invisible-character')
      expect(more).toEqual([])
      expect(found?.span).toMatchObject({ start: at, end: at + character.length })
      const number = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
      expect(found?.message).toContain(`U+${number}`)
      for (const one of loaded.diagnostics)
        if (one.suggestion !== undefined)
          expect(one.suggestion).not.toBe(withoutInvisible(covered(one, loaded)))
      // What is shown has none of them left.
      expect(withoutInvisible(rendered(loaded))).toBe(rendered(loaded))
    }),
    { numRuns: 300 },
  )
})

test('in a comment they are nobody’s business', async () => {
  expect(await invisible(`# a\u00a0comment\n${FILE}! \u3000 another\u200b\n`)).toEqual([])
})

test('the beginning of a file, and each kind once', async () => {
  const text = `\ufeff! A file\n${instance('state\u00a0MASTER\npriority\u00a0100\nnopreempt\u200b')}`
  expect(await invisible(text)).toEqual([
    '1:1 invisible-character the file begins with U+FEFF (byte order mark), which cannot be seen and is a part of the first word to keepalived: save it as UTF-8 without it',
    '8:6 invisible-character U+00A0 (no-break space) looks like a blank and is a letter to keepalived: type a blank instead (also in one other place)',
    '10:10 invisible-character U+200B (zero width space) cannot be seen and is a letter to keepalived: delete it',
  ])
  expect(rendered(await load(text))).toContain("'state<U+00A0>MASTER' is no keyword")
})

test('a no-break space of ISO 8859-1, which is no UTF-8', async () => {
  const bytes = Buffer.from(instance('state\u00a0MASTER'), 'latin1')
  expect(await invisible(bytes)).toEqual([
    '7:6 invisible-character byte A0 (no-break space in ISO 8859-1) looks like a blank and is a letter to keepalived: type a blank instead',
  ])
})

test('typographic quotes where a word begins or ends, not within one or in real quotes', async () => {
  const loaded = await load(
    instance('notify_master “/bin/true x”\nnotify_backup "/bin/true “x”"\nnotify_fault /bin/l’x'),
  )
  expect(of(loaded, 'typographic-quote').map((one) => place(one, loaded))).toEqual([
    '7:15 typographic-quote',
    '7:27 typographic-quote',
  ])
})

describe('a password', () => {
  const block = (line: string): string => instance(`authentication {\nauth_type PASS\n${line}\n}`)

  test.each([
    'auth_pass\u00a0geheim',
    'auth_pass \u200bgeheim',
    '\u200bauth_pass geheim',
    'auth_\u200bpass geheim',
    '\ufeffauth_pass\u3000geheim',
    'auth_pass=geheim',
    'auth_pass: geheim',
    'auth_pass ge\u200bheim',
    'auth_pass ge!heim',
    'auth_pass ge#heim',
    'auth_pass #geheim',
    'auth_pass "ge"heim',
    'auth_pass ge"heim"',
    'auth_pass ge heim',
    'auth_pass ge{heim}',
    'auth_pass “geheim”',
    'auth_pass ${geheim}',
    'auth_pass {{ geheim }}',
  ])('%s: nothing of it is told', async (line) => {
    const loaded = await load(block(line))
    expect(rendered(loaded)).not.toMatch(/geheim|heim|\bge\b/)
    expect(lintText(loaded).length + loaded.diagnostics.length).toBeGreaterThan(0)
  })

  test.each([
    ['auth_pass pa!ss#1', 'only the first 2 bytes of this password are used: ! begins a comment'],
    ['auth_pass p#', 'only the first byte of this password is used: # begins a comment'],
    ['auth_pass #secret', 'nothing of this password is used: # begins a comment'],
    [
      'auth_pass "a b"c"d"',
      'only the first 3 bytes of this password are used: the quote behind them ends it',
    ],
    ['auth_pass "a b" c', 'only the first 3 bytes of this password are used: the quote behind them ends it'],
    [
      'auth_pass ab"c',
      'only the first 2 bytes of this password are used: a blank, a quote or a brace ends it',
    ],
    [
      'auth_pass ab cd',
      'only the first 2 bytes of this password are used: a blank, a quote or a brace ends it',
    ],
  ])('%s', async (line, said) => {
    const loaded = await load(block(line))
    expect(of(loaded, 'password-cut').map(({ message }) => message.split('. ')[0])).toEqual([said])
  })

  test.each([
    'auth_pass "pa!ss#1"',
    'auth_pass pass # why',
    'auth_pass pass ! why',
    'auth_pass pass',
    'auth_pass',
  ])('%s: all of it is used', async (line) => {
    expect(of(await load(block(line)), 'password-cut')).toEqual([])
  })
})
