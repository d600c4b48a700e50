import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StatusReport } from '../../src/control/report.ts'
import { succeeded } from '../../src/control/protocol.ts'
import type { ControlServer } from '../../src/control/server.ts'
import { serve } from '../control/support.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'
import { run } from './run.ts'

const report: StatusReport = makeReport({
  problems: [
    makeProblem({ instances: ['VI_2'], instance: 'VI_2', text: 'VI_2 is in FAULT: interface eth1 down' }),
  ],
  instances: [
    makeInstance(),
    makeInstance({ name: 'VI_2', state: 'FAULT', because: 'interface eth1 down', interface: 'eth1' }),
  ],
})

let directory: string
let path: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-cli-'))
  path = join(directory, 'vrrpd.sock')
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('vrrpd status', () => {
  let server: ControlServer

  beforeEach(async () => {
    server = await serve(path, { handle: () => succeeded(report) })
  })

  afterEach(async () => {
    await server.close()
  })

  test('shows all instances; the exit code says that there are problems', async () => {
    const { code, out, err } = await run('status', '--control', path)
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toContain('VI_1 is MASTER since 2026-11-21')
    expect(out).toContain('- VI_2 is in FAULT: interface eth1 down (since ')
  })

  test('shows one instance; the exit code concerns that one', async () => {
    const healthy = await run('status', 'VI_1', `--control=${path}`)
    expect(healthy).toMatchObject({ code: 0, err: '' })
    expect(healthy.out).not.toContain('VI_2')
    expect(await run('status', '--control', path, 'VI_2')).toMatchObject({ code: 1, err: '' })
  })

  test('prints the report as JSON', async () => {
    const { code, out } = await run('status', '--json', '--control', path)
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual(report)
    const one = await run('status', 'VI_1', '--json', '--control', path)
    expect(JSON.parse(one.out)).toEqual({ ...report, problems: [], instances: [report.instances[0]] })
  })

  test('an instance that does not exist', async () => {
    expect(await run('status', 'VI_9', '--control', path)).toEqual({
      code: 3,
      out: '',
      err: "no vrrp_instance or vrrp_sync_group 'VI_9'; did you mean 'VI_1'? there is: VI_1, VI_2\n",
    })
  })

  test('the last of several --control counts', async () => {
    expect(await run('status', '--control=/nowhere', '--control', path)).toMatchObject({ code: 1, err: '' })
  })
})

describe('vrrpd', () => {
  test('status without a daemon', async () => {
    const { code, out, err } = await run('status', '--control', join(directory, 'none'))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^vrrpd is not running here: there is no .*none\n./)
  })

  test.each([
    { argv: ['status', '--nope'], says: "Unknown argument: nope\n\nTry 'vrrpd status --help'\n" },
    { argv: ['status', 'a', 'b'], says: 'Unknown argument: b' },
    { argv: ['status', '--control'], says: 'Not enough arguments following: control' },
    { argv: ['stats'], says: "vrrpd: no command 'stats'; did you mean 'status'? there is: status, " },
  ])('$argv is wrong usage', async ({ argv, says }) => {
    const { code, out, err } = await run(...argv)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain(says)
  })

  test('help is data where it was asked for as a command', async () => {
    expect(await run('help')).toMatchObject({ code: 0, err: '' })
    const { code, out, err } = await run('status', '--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Exit code: 0 all well, 1 problems, 2 no daemon, 3 wrong usage')
  })

  test('options of the daemon are answered as keepalived answers them', async () => {
    expect(await run('--signum=RELOAD')).toEqual({ code: 0, out: '1\n', err: '' })
    expect(await run('-Z')).toEqual({ code: 1, out: '', err: "Unknown option -Z\nTry 'vrrpd --help'\n" })
  })
})

describe('the executable', () => {
  let bundle: string
  let metafile: Metafile

  beforeAll(async () => {
    bundle = join(directory, 'bundle')
    const built = await build({
      entryPoints: ['src/main.ts'],
      outdir: bundle,
      bundle: true,
      splitting: true,
      metafile: true,
      platform: 'node',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    })
    metafile = built.metafile
  })

  /** Sources that are loaded before any command or daemon is chosen, or with one that is. */
  function sourcesOf(entry: string): readonly string[] {
    const outputs = Object.entries(metafile.outputs)
    const find = (source: string): string => {
      const found = outputs.find(([, output]) => output.entryPoint === source)
      if (!found) throw new Error(`no output for ${source}`)
      return found[0]
    }
    const seen = new Set<string>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      for (const each of metafile.outputs[file]?.imports ?? []) {
        if (each.kind === 'import-statement' && each.external !== true) visit(each.path)
      }
    }
    visit(find('src/main.ts'))
    visit(find(entry))
    return [...seen].flatMap((file) => Object.keys(metafile.outputs[file]?.inputs ?? {}))
  }

  test('the daemon loads no yargs, and a command no part of the daemon', () => {
    const daemon = sourcesOf('src/cli/run.ts')
    expect(daemon).toContain('src/main.ts')
    expect(daemon.filter((file) => file.includes('node_modules/yargs'))).toEqual([])
    const command = sourcesOf('src/cli/commands.ts')
    expect(command).toContain('node_modules/yargs/index.mjs')
    expect(command.filter((file) => /src\/(daemon|system|vrrp|netlink|config)\//.test(file))).toEqual([])
  })

  const vrrpd = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [join(bundle, 'main.mjs'), ...argv], {
      encoding: 'utf8',
    })

  test('argv in, exit code out', () => {
    expect(vrrpd('--signum=JSON')).toMatchObject({ status: 0, stdout: '36\n', stderr: '' })
    expect(vrrpd('-Z')).toMatchObject({ status: 1, stdout: '' })
    expect(vrrpd('status', '--control=/nowhere')).toMatchObject({ status: 2, stdout: '' })
  })

  test('a reader that has gone is no error', () => {
    const script = `"$0" "$1" help | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, join(bundle, 'main.mjs')], {
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  })
})

test('ipvs has ipvsadm’s command line, and no other command’s', async () => {
  expect(await run('ipvs', '--version')).toEqual({
    code: 0,
    out: 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n',
    err: '',
  })
  expect(await run('ipvs', '-A', '-w', 'x')).toEqual({ code: 2, out: '', err: 'illegal weight specified\n' })
})
