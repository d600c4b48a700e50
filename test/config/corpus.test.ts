/**
 * Configurations from the world, and what keepalived 2.2.7 says about each (index.json beside
 * them): `-t` ends with the same code, and every line keepalived complains about we point at, too.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DiagnosticCode } from '../../src/config/diagnostics/codes.ts'
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.ts'
import { diskIo } from '../../src/config/disk-io.ts'
import { lineIndexOf } from '../../src/config/diagnostics/sources.ts'
import { needs, sharedDirectory } from '../support/privileges.ts'
import { testOn, type Tested } from './machine.ts'

interface Recorded {
  readonly exit: number
  readonly messages: readonly string[]
  readonly 'with interfaces'?: readonly string[]
}
interface Entry {
  readonly file: string
  readonly 'keepalived-2.2.7 -t': Recorded
}

const directory = join(sharedDirectory() ?? '', 'configs')
const index = join(directory, 'index.json')
const entries = existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as Entry[]) : []

/** Of the machine on which keepalived was asked: all others that the files name were missing. */
const programs = ['killall', 'pidof', 'pgrep', 'pkill', 'curl', 'nslookup', 'logger', 'systemctl', 'ping']
  .concat(['sh', 'bash', 'true', 'ip'])
  .flatMap((name) => [`/bin/${name}`, `/usr/bin/${name}`])

/** Files that `-t` deliberately ends otherwise for, each with its reason; docs/compatibility.md has them, too. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map()

needs('shared')('keepalived.conf files from the world', () => {
  test('there are as many as there were', () => {
    expect(entries.length).toBeGreaterThanOrEqual(132)
  })

  for (const { file, 'keepalived-2.2.7 -t': recorded } of entries)
    test.skipIf(EXCEPTIONS.has(file))(file, async () => {
      const interfaces = new Set(['lo', ...(recorded['with interfaces'] ?? [])])
      const tested = await testOn({ interfaces, programs }, join(directory, file), diskIo)
      expect(tested.exitCode, 'exit code').toBe(recorded.exit)
      expect(recorded.messages.filter((message) => !isFoundBy(message, tested))).toEqual([])
    })
})

/** Sentences about the whole, and what we call that. */
const ABOUT_ALL: readonly (readonly [RegExp, DiagnosticCode])[] = [
  [/^SECURITY VIOLATION/, 'script-security'],
  [/^There are \d+ missing '}'s or extra '{'s/, 'missing-close-brace'],
  [/^Non-existent interface/, 'no-such-interface'],
  [/^Config files missing/, 'include-missing'],
]

/** Sentences about a block that they name. */
const SUBJECTS: readonly RegExp[] = [
  /^\(([^\s)]+)\)/,
  /^Disabling track script (\S+) since/,
  /^Sync group ([^\s,]+)/,
  /in sync group (\S+) doesn't exist/,
  /irtual server \[([^\]]+)\]/,
  /irtual server FWM (\d+)/,
]

function isFoundBy(message: string, tested: Tested): boolean {
  const { diagnostics } = tested
  const inLine = /^\((?:(.*): )?Line (\d+)\) /.exec(message)
  if (inLine !== null) return diagnostics.some((one) => linesOf(one, tested).has(Number(inLine[2]) - 1))
  const [, code] = ABOUT_ALL.find(([sentence]) => sentence.test(message)) ?? []
  if (code !== undefined) return diagnostics.some((one) => one.code === code)
  const subject = SUBJECTS.map((pattern) => pattern.exec(message)?.[1]).find((name) => name !== undefined)
  if (subject === undefined) throw new Error(`a sentence of unknown subject: ${message}`)
  return diagnostics.some((one) => one.message.includes(subject) || isInBlock(one, subject, tested))
}

/** Indices of the lines that a diagnostic points at. */
function linesOf({ span, related = [] }: Diagnostic, { loaded: { sources } }: Tested): ReadonlySet<number> {
  const lines = new Set<number>()
  for (const { file, start, end } of [span, ...related.map((one) => one.span)]) {
    const source = sources.get(file)
    if (source === undefined) continue
    for (let line = lineIndexOf(source, start); line <= lineIndexOf(source, end); line++) lines.add(line)
  }
  return lines
}

const BLOCK = /^\s*(?:vrrp_(?:instance|sync_group|script)|virtual_server|global_defs)\b(.*)/

/** Whether it stands between the first line of the block of that name and that of the next one. */
function isInBlock({ span }: Diagnostic, name: string, { loaded: { sources } }: Tested): boolean {
  const text = sources.get(span.file)?.text ?? ''
  const lineEnd = text.indexOf('\n', span.end)
  const heads = text
    .slice(0, lineEnd === -1 ? undefined : lineEnd)
    .split('\n')
    .flatMap((line) => BLOCK.exec(line)?.[1] ?? [])
  return (
    heads
      .at(-1)
      ?.split(/[\s{]+/)
      .includes(name) === true
  )
}
