/**
 * `vrrpd check` as a user runs it. golden/check holds configurations and, beside
 * each, what is said about it; UPDATE_GOLDEN=1 rewrites that.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import { check, processWorld, type CheckArguments } from '../../src/cli/check.ts'
import type { CommandIo } from '../../src/cli/io.ts'
import { needs } from '../support/privileges.ts'
import type { JsonReport } from '../../src/config/diagnostics/render-json.ts'

const folder = 'test/cli/golden/check'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function inTerminal(
  command: (io: CommandIo) => Promise<number>,
  more: Partial<CommandIo> = {},
): Promise<Ran> {
  let out = ''
  let err = ''
  const code = await command({
    out: (text) => (out += text),
    err: (text) => (err += text),
    width: 80,
    colour: false,
    terminal: false,
    now: () => 0,
    ...more,
  })
  return { code, out, err }
}

const run = (...argv: readonly string[]): Promise<Ran> =>
  inTerminal((io) => main(['check', ...argv], () => io))

function expectGolden(path: string, found: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, found)
  else expect(found).toBe(readFileSync(path, 'utf8'))
}

describe('what is said about', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.conf'))

  test.each(names)('%s', async (name) => {
    const { code, out, err } = await run(join(folder, name), '--interfaces', 'eth0,eth1', '--no-system')
    expectGolden(join(folder, name.replace(/conf$/, 'text')), `${out}exit code ${code}\n`)
    expect(err).toBe('')
  })

  test('slips.conf, as JSON', async () => {
    const { out } = await run(join(folder, 'slips.conf'), '--no-system', '--json')
    expectGolden(join(folder, 'slips.json.text'), out)
  })

  test('slips.conf, as SARIF', async () => {
    const { out } = await run(join(folder, 'slips.conf'), '--no-system', '--sarif')
    expectGolden(join(folder, 'slips.sarif'), out.replace(`file://${process.cwd()}/`, 'file:///checkout/'))
  })

  test('two directors', async () => {
    const [alpha, beta] = ['alpha', 'beta'].map((name) => join(folder, 'peers', `${name}.conf`))
    const { code, out } = await run(alpha!, '--peer', beta!, '--no-system')
    expectGolden(join(folder, 'peers', 'alpha-beta.text'), `${out}exit code ${code}\n`)
    expect(out).not.toMatch(/secret|hidden/)
  })

  test('nothing says a password', async () => {
    for (const form of ['--json', '--sarif', '--verbose', '--color=always'])
      expect((await run(join(folder, 'slips.conf'), form)).out).not.toMatch(/hunter2|secret/)
  })
})

needs('built')('the executable', () => {
  test.each([['-'], ['/dev/stdin']])('reads standard input as %s', (name) => {
    const { status, stdout } = spawnSync(resolve('bin/vrrpd'), ['check', '--no-system', name], {
      input: 'vrrp_instance X {\n',
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect(stdout).toContain('<stdin>:1:15: error: X needs an interface')
    expect(status).toBe(2)
  })
})

describe('the ways to run it', () => {
  let directory: string

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'vrrpd-check-'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  const instance = (lines = '', address = '192.0.2.1/24'): string =>
    `vrrp_instance VI_1 {\n  interface nowhere0\n  virtual_router_id 51\n  virtual_ipaddress {\n    ${address}\n  }\n${lines}\n}\n`

  test('exit codes', async () => {
    const fine = file('fine.conf', instance())
    const warned = file('warned.conf', instance('advert_int 1.5'))
    const wrong = file('wrong.conf', instance('priority 300'))
    expect((await run(fine, '--no-system')).code).toBe(0)
    expect((await run(fine, '--no-system', '--strict')).code).toBe(0)
    expect((await run(warned, '--no-system')).code).toBe(0)
    expect((await run(warned, '--no-system', '--strict')).code).toBe(1)
    expect((await run(wrong, '--no-system')).code).toBe(2)
    expect((await run(wrong, '--no-system', '--strict')).code).toBe(2)
  })

  test.each([
    ['a file that is not there', () => join(directory, 'none.conf'), 'there is no such file'],
    ['a directory', () => directory, 'it is no file'],
  ])('%s', async (_what, path, says) => {
    const { code, out } = await run(path(), '--no-system')
    expect(code).toBe(2)
    expect(out).toBe(`${path()}: error: cannot be read: ${says} [unreadable-file]\n\n1 error in 1 file\n`)
    const json = JSON.parse((await run(path(), '--json')).out) as JsonReport
    expect(json.diagnostics).toMatchObject([{ code: 'unreadable-file', line: null, fatal: true }])
    const sarif = JSON.parse((await run(path(), '--sarif')).out) as object
    expect(sarif).toMatchObject({ runs: [{ results: [{ ruleId: 'unreadable-file' }] }] })
  })

  test('an interface that this host lacks is a warning; one that the target lacks an error', async () => {
    const path = file('interface.conf', instance())
    const here = await run(path)
    expect(here.code).toBe(0)
    expect(here.out).toContain('warning: there is no interface nowhere0 on this host, which VI_1 needs')
    const there = await run(path, '--interfaces=eth0')
    expect(there.code).toBe(2)
    expect(there.out).toContain('error: there is no interface nowhere0, which VI_1 needs')
    expect((await run(path, '--interfaces', 'eth0,nowhere0', '--no-system')).out).toBe(
      `${path} is fine: 1 instance\n`,
    )
    const dynamic = file('dynamic.conf', `global_defs {\n  dynamic_interfaces\n}\n${instance()}`)
    expect((await run(dynamic)).out).toContain('note: there is no interface nowhere0 on this host')
  })

  test('an interface that many need is missing once', async () => {
    const many = [1, 2, 3, 4].map((id) =>
      instance('', `192.0.2.${id}/24`).replace('VI_1', `VI_${id}`).replace('51', `5${id}`),
    )
    const { out } = await run(file('many.conf', many.join('')))
    expect(out.match(/no-such-interface/g)).toHaveLength(1)
    expect(out).toContain('which VI_1, VI_2 and 2 more need')
  })

  test('scripts are looked at unless told not to', async () => {
    const path = file('script.conf', instance('notify_master /nowhere/script'))
    expect((await run(path)).out).toContain('[script-disabled]')
    expect((await run(path, '--no-system')).code).toBe(0)
  })

  test('a user that does not exist', async () => {
    const path = file('user.conf', `global_defs {\n  script_user no-such-user-here\n}\n${instance()}`)
    expect((await run(path)).out).toContain('there is no user no-such-user-here')
    expect((await run(path, '--no-system')).out).not.toContain('no-such-user-here: ')
  })

  test('the lines of one host', async () => {
    const path = file('hosts.conf', instance('@alpha priority 150\n@beta priority 300'))
    expect((await run(path, '--no-system', '-i', 'alpha')).code).toBe(0)
    expect((await run(path, '--no-system', '--config-id=beta')).code).toBe(2)
  })

  test('two directors in one file', async () => {
    const lines = '@alpha priority 150\n@beta priority 150\n@alpha advert_int 2'
    const path = file('both.conf', instance(lines))
    const { code, out } = await run(path, '--no-system', '-i', 'alpha', '--peer', path, '--peer-id', 'beta')
    expect(code).toBe(2)
    expect(out).toContain('advert_int is 2 s here and 1 s there')
    expect(out).toContain(`there, in ${path} -i beta`)
    expect(out).toContain('1 error, 1 warning in 1 file; 1 virtual router compared')
  })

  test('a director that cannot be read', async () => {
    const path = file('own.conf', instance())
    const { code, out } = await run(path, '--no-system', '--peer', join(directory, 'none.conf'))
    expect(code).toBe(2)
    expect(out).toContain('none.conf: error: cannot be read')
    expect(out).not.toContain('peer-missing')
  })

  test('what a code means', async () => {
    const told = await run('--explain', 'nopreempt-weight')
    expect(told).toMatchObject({ code: 0, err: '' })
    expect(told.out.replaceAll('\n', ' ')).toContain('a BACKUP with nopreempt leaves a MASTER of')
    expect(Math.max(...told.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(await run('--explain', '[rounded]')).toMatchObject({ code: 0 })
    expect(await run('--explain', 'ronded')).toEqual({
      code: 3,
      out: '',
      err: "vrrpd check: there is no finding 'ronded'; did you mean 'rounded'?\n",
    })
    expect((await run('--explain', 'toString')).code).toBe(3)
  })

  test('standard input', async () => {
    const { code, out } = await inTerminal((io) =>
      check(checkArguments({ file: '-' }), io, {
        stdin: () => {
          const text = instance('priority 300')
          return Readable.from([Buffer.from(text.slice(0, 40)), Buffer.from(text.slice(40))])
        },
        workingDirectory: () => directory,
        writeBytes: () => {},
      }),
    )
    expect(code).toBe(2)
    expect(out).toContain('<stdin>:7:10: error: ')
  })

  const checkArguments = (given: Partial<CheckArguments>): CheckArguments => ({
    file: '-',
    configId: undefined,
    form: 'text',
    print: false,
    peer: undefined,
    strict: false,
    verbose: false,
    system: false,
    interfaces: undefined,
    colour: 'auto',
    ...given,
  })

  test('colour on a terminal, and when asked for', async () => {
    const path = file('colour.conf', instance('priority 300'))
    const colour = (more: Partial<CheckArguments>, terminal: boolean): Promise<Ran> =>
      inTerminal((io) => check(checkArguments({ file: path, ...more }), io), { colour: terminal })
    const coloured = expect.stringContaining('\u001b[1;31merror') as string
    expect((await colour({}, true)).out).toEqual(coloured)
    expect((await colour({}, false)).out).not.toContain('\u001b')
    expect((await colour({ colour: 'always' }, false)).out).toEqual(coloured)
    expect((await colour({ colour: 'never' }, true)).out).not.toContain('\u001b')
    expect((await colour({ form: 'json', colour: 'always' }, true)).out).not.toContain('\u001b')
  })

  test('--print: the configuration to stdout, passwords and all, the findings to stderr', async () => {
    const { code, out, err } = await run(join(folder, 'slips.conf'), '--no-system', '--print')
    expectGolden(join(folder, 'slips.printed'), out)
    expect(err).toBe((await run(join(folder, 'slips.conf'), '--no-system')).out)
    expect(code).toBe(2)
    const again = await run(file('printed.conf', out), '--no-system', '--print')
    expect(again.out).toBe(out)
    expect(await run(join(directory, 'none.conf'), '--print')).toMatchObject({ code: 2, out: '' })
  })

  test('--print keeps a password that is no text', async () => {
    const path = join(directory, 'bytes.conf')
    const [before = '', after = ''] = instance(
      'authentication {\nauth_type PASS\nauth_pass PASSWORD\n}',
    ).split('PASSWORD')
    writeFileSync(path, Buffer.concat([Buffer.from(before), Buffer.of(0xff, 0xfe), Buffer.from(after)]))
    let written: Uint8Array = new Uint8Array()
    const world = { ...processWorld, writeBytes: (bytes: Uint8Array) => void (written = bytes) }
    const { out } = await inTerminal((io) => check(checkArguments({ file: path, print: true }), io, world))
    expect(out).toBe('')
    expect(Buffer.from(written).includes(Buffer.of(0x22, 0xff, 0xfe, 0x22))).toBe(true)
  })

  test('source lines fit into the terminal', async () => {
    const path = file('long.conf', instance(`${' '.repeat(300)}priority 300 # ${'x'.repeat(300)}`))
    for (const width of [80, 200]) {
      const { out } = await inTerminal((io) => check(checkArguments({ file: path }), io), { width })
      const [, excerpt = '', caret = ''] = out.split('\n')
      expect(excerpt.length).toBeLessThanOrEqual(width)
      expect(excerpt.slice(caret.indexOf('^')).slice(0, 3)).toBe('300')
    }
  })

  test('what is said about a keyword is said once', async () => {
    const mails = ['a', 'b', 'c'].map((name, at) =>
      instance('debug 1', `192.0.2.${at + 1}`)
        .replace('VI_1', name)
        .replace('51', `5${at}`),
    )
    const { out } = await run(file('once.conf', mails.join('')), '--no-system')
    expect(out.match(/\[no-effect\]/g)).toHaveLength(1)
    expect(out).toContain('(also in 2 other places)')
  })

  test.each([
    [['--json', '--sarif'], 'mutually exclusive'],
    [['--color', 'pink'], 'Invalid values'],
    [['a.conf', 'b.conf'], 'Unknown argument: b.conf'],
    [['--peer-id', 'x'], 'peer'],
    [['--interfaces'], 'Not enough arguments'],
  ])('%j is wrong usage', async (argv, says) => {
    const { code, out, err } = await run(...argv)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain(says)
    expect(err).toContain("Try 'vrrpd check --help'")
  })
})
