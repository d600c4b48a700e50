import { describe, expect, test } from 'vitest'
import { commentStart, firstBrace, lexLine } from '../../../src/config/syntax/lexer.ts'
import { typedLine } from '../../../src/config/syntax/line.ts'
import { splitQuoted } from '../../../src/config/values/quoted.ts'
import { findings, instance, instanceWith, load, OWN } from '../support.ts'

const words = (text: string): string[][] =>
  lexLine(typedLine(text, 'f', 0)).statements.map((statement) =>
    statement.kind === 'words' ? statement.words.map((word) => word.text) : [statement.kind],
  )

describe('comments', () => {
  test.each([
    ['priority 100 # one', 13],
    ['priority 100 ! one', 13],
    ['auth_pass ab#cd', 12],
    ['auth_pass "ab#cd!" # x', 19],
    ["auth_pass 'ab#cd'", 13],
    ['no comment here', 15],
    ['// is none', 10],
  ])('%s', (text, start) => {
    expect(commentStart(text)).toBe(start)
  })
})

describe('words and braces', () => {
  test.each<[string, string[][]]>([
    ['  priority\t100  ', [['priority', '100']]],
    ['a "b c" d', [['a', 'b c', 'd']]],
    ['ab"c d"e', [['ab', 'c d', 'e']]],
    ['auth_pass ""', [['auth_pass', '']]],
    ["a 'b c'", [['a', "'b", "c'"]]],
    ['x {y}z', [['x'], ['open'], ['y'], ['close'], ['z']]],
    ['x "{y}"', [['x', '{y}']]],
    ['x \\{', [['x', '\\'], ['open']]],
    ['a "b\\"c"', [['a', 'b\\', 'c']]],
    ['', []],
  ])('%s', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  test('a quote that nothing closes takes the rest of the line with it', () => {
    const { statements, unterminated } = lexLine(typedLine('priority "300 {', 'f', 0))
    expect(statements).toMatchObject([{ kind: 'words', cut: true, words: [{ text: 'priority' }] }])
    expect(unterminated).toMatchObject({ from: 9, to: 15 })
  })

  test('braces are looked for outside of quotes', () => {
    expect(firstBrace('a "{" }')).toBe(6)
    expect(firstBrace('a "{')).toBe(-1)
  })
})

describe('words of commands', () => {
  test.each<[string, string[]]>([
    ['a b', ['a', 'b']],
    ["a 'b c' d", ['a', 'b c', 'd']],
    [`x'y z'w`, ['xy zw']],
    [`"a b"c`, ['a bc']],
    ['a\\ b', ['a b']],
    ['\\t\\n\\x41\\101\\cA', ['\t\nAA\x01']],
    ['\\x4142', ['B']],
    ['\\1012', ['A2']],
    ['\\q\\E\\e', ['q\x1be']],
    ["''", ['']],
    ["'a\\'b'", ["a'b"]],
    ['   ', []],
  ])('%s', (text, expected) => {
    expect(splitQuoted(text)).toMatchObject({ words: expected.map((word) => ({ text: word })) })
  })

  test.each([
    ["a 'b", 2],
    ['"', 0],
  ])('%s is not closed', (text, at) => {
    expect(splitQuoted(text)).toEqual({ unterminated: at })
  })

  test('a command is split twice: out of its line, and into its arguments', async () => {
    const { notify } = await instanceWith(
      `  notify_master "/bin/x a 'b c' \\\\t \\\\\\\\t \\"d e\\"" root wheel`,
    )
    expect(notify.master).toMatchObject({
      argv: ['/bin/x', 'a', 'b c', '\t', '\\t', 'd e'],
      user: { user: 'root', group: 'wheel' },
    })
  })
})

describe('text', () => {
  test('CRLF, tabs and blank lines', async () => {
    const loaded = await load(instance('\tpriority\t120\r\n\r\n  nopreempt\r').replaceAll('\n', '\r\n'))
    expect(findings(loaded)).toEqual([])
    expect(loaded.model.instances[0]).toMatchObject({ priority: 120, preempt: false })
  })

  test('UTF-8 in comments counts as characters, in passwords as bytes', async () => {
    const loaded = await load(
      instance('  state SLAVE # 作业\n  authentication {\n auth_type PASS\n auth_pass é12345678\n}'),
    )
    expect(findings(loaded)).toEqual([`${OWN}:9 invalid-value`, `${OWN + 3}:12 password-truncated`])
    const { password } = loaded.model.instances[0]!.authentication
    expect(new TextDecoder().decode(password)).toBe('é123456')
  })

  test('bytes that are no UTF-8 survive in passwords', async () => {
    const text = new TextEncoder().encode(instance('  authentication {\n auth_type PASS\n auth_pass aXb\n}'))
    text[text.lastIndexOf(0x58)] = 0xe9
    const { model } = await load(text)
    expect([...model.instances[0]!.authentication.password]).toEqual([0x61, 0xe9, 0x62])
  })

  test('a backslash continues definitions only', async () => {
    const loaded = await load(instance('  priority \\\n  120'))
    expect(findings(loaded)).toEqual([
      `${OWN}:3 unknown-keyword`,
      `${OWN}:12 stray-backslash`,
      `${OWN + 1}:3 unknown-keyword`,
    ])
  })
})
