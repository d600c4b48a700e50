import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { VERSION } from '../../src/base/version.ts'
import { defaultOptions, type DaemonOptions } from '../../src/cli/daemon-options.ts'
import { optionTable } from '../../src/cli/table/daemon.ts'
import { parseCommandLine, type CommandLine } from '../../src/cli/options.ts'
import { needs } from '../support/privileges.ts'

function options(...argv: readonly string[]): DaemonOptions {
  const line = parseCommandLine(argv)
  if (!line.ok) throw new Error(line.stderr)
  return line.options
}

const log = (changes: Partial<DaemonOptions['log']>): Partial<DaemonOptions> => ({
  log: { ...defaultOptions.log, ...changes },
})

describe('parseCommandLine', () => {
  test.each<{ argv: readonly string[]; changes: Partial<DaemonOptions> }>([
    { argv: [], changes: {} },
    { argv: ['-f', '/x'], changes: { configFile: '/x' } },
    { argv: ['-f/x', '--use-file=/y'], changes: { configFile: '/y' } },
    { argv: ['-i', 'node1'], changes: { configId: 'node1' } },
    { argv: ['--config-id=node1'], changes: { configId: 'node1' } },
    { argv: ['-e'], changes: { requireAllFiles: true } },
    { argv: ['-t'], changes: { configTest: { logFile: undefined } } },
    { argv: ['-t/x'], changes: { configTest: { logFile: '/x' } } },
    { argv: ['--config-test=/x'], changes: { configTest: { logFile: '/x' } } },
    { argv: ['-d'], changes: { dumpConfig: true } },
    { argv: ['-P'], changes: { parts: 'vrrp' } },
    { argv: ['--vrrp'], changes: { parts: 'vrrp' } },
    { argv: ['-C'], changes: { parts: 'checkers' } },
    { argv: ['-nC'], changes: { foreground: true, parts: 'checkers' } },
    { argv: ['-C', '-P'], changes: {} },
    { argv: ['--all'], changes: { allParts: true } },
    { argv: ['-R'], changes: { respawn: false } },
    { argv: ['-I'], changes: { releaseIpvsOnStop: false } },
    { argv: ['-c', '/c'], changes: { checkersPidFile: '/c' } },
    {
      argv: ['--checkers_pid=/c', '--dont-release-ipvs'],
      changes: { checkersPidFile: '/c', releaseIpvsOnStop: false },
    },
    { argv: ['-s', 'blue'], changes: { namespace: 'blue' } },
    { argv: ['-n'], changes: { foreground: true } },
    { argv: ['-p', '/p', '-r', '/r'], changes: { pidFile: '/p', vrrpPidFile: '/r' } },
    { argv: ['--pid=/p', '--vrrp_pid=/r'], changes: { pidFile: '/p', vrrpPidFile: '/r' } },
    { argv: ['-u', '022'], changes: { umask: 0o22 } },
    { argv: ['-u', '0'], changes: { umask: 0 } },
    { argv: ['-u', '18'], changes: { umask: 18 } },
    { argv: ['-u', '0x1F'], changes: { umask: 0x1f } },
    { argv: ['-u', '0777'], changes: { umask: 0o777 } },
    { argv: ['-V'], changes: { releaseOnStop: false } },
    { argv: ['-a'], changes: { monitorAddresses: true } },
    { argv: ['-l'], changes: log({ console: true }) },
    { argv: ['-D'], changes: log({ detail: true }) },
    { argv: ['-nlD'], changes: { foreground: true, ...log({ console: true, detail: true }) } },
    { argv: ['-G'], changes: log({ syslog: false }) },
    { argv: ['-S', '3'], changes: log({ facility: 19 }) },
    { argv: ['-Slocal7'], changes: log({ facility: 23 }) },
    { argv: ['-S', 'user'], changes: log({ facility: 1 }) },
    { argv: ['-S', 'user', '-S', 'daemon'], changes: {} },
    { argv: ['-g', '/l'], changes: log({ file: '/l' }) },
    { argv: ['--log-format=json'], changes: log({ format: 'json' }) },
    { argv: ['--log-ident=vrrpd'], changes: log({ ident: 'vrrpd' }) },
    { argv: ['--control', '/c'], changes: { control: { path: '/c', group: undefined } } },
    {
      argv: ['--control-group=adm', '--control=/c'],
      changes: { control: { path: '/c', group: 'adm' } },
    },
  ])('$argv', ({ argv, changes }) => {
    expect(options(...argv)).toEqual({ ...defaultOptions, ...changes })
  })

  test.each<{ argv: readonly string[]; notice: string }>([
    { argv: ['-M'], notice: 'option --core-dump-pattern: accepted' },
    { argv: ['--perf=all'], notice: 'option --perf: accepted' },
    { argv: ['-x', '-x', '--snmp'], notice: 'option --snmp: accepted' },
    { argv: ['-S', 'mail'], notice: "Invalid log facility 'mail': ignored" },
    { argv: ['-S', '8'], notice: "Invalid log facility '8': ignored" },
    { argv: ['-u', '01000'], notice: 'Invalid --umask option 01000: ignored' },
    { argv: ['-u', '09'], notice: 'Invalid --umask option 09: ignored' },
    { argv: ['-u', ''], notice: 'Invalid --umask option : ignored' },
    { argv: ['-n', 'extra', 'more'], notice: 'Unexpected argument(s): extra more' },
  ])('$argv goes on with one notice', ({ argv, notice }) => {
    const { notices, ...others } = options(...argv)
    expect(notices).toEqual([expect.stringContaining(notice)])
    expect({ ...others, foreground: false, notices: [] }).toEqual(defaultOptions)
  })

  test('every option without effect says why', () => {
    for (const option of optionTable.filter((entry) => 'noEffect' in entry)) {
      const { notices } = options(`--${option.long}`, ...(option.argument === 'required' ? ['x'] : []))
      expect(notices).toEqual([expect.stringMatching(/^option --.* because \w+/)])
    }
  })

  test.each<{ argv: readonly string[]; says: string }>([
    {
      argv: ['-Z', '--nonsense', '-f'],
      says: 'Unknown option -Z\nUnknown option --nonsense\nMissing parameter for option -f\n',
    },
    { argv: ['-n', '-T', '-s', 'server'], says: '--genhash has to be the first option' },
    { argv: ['--signum=FOO'], says: 'Unknown sigfunc FOO\n' },
    { argv: ['--signum', 'stop'], says: 'Unknown sigfunc stop\n' },
    { argv: ['--log-format=xml'], says: "Unknown log format 'xml': text or json\n" },
    { argv: ['--control', '/x', 'status'], says: 'A command stands before its options: vrrpd status' },
  ])('$argv is refused with exit code 1', ({ argv, says }) => {
    expect(parseCommandLine(argv)).toMatchObject({
      ok: false,
      stdout: '',
      stderr: expect.stringContaining(says) as unknown,
      exitCode: 1,
    })
  })

  test('a refusal says where there is help', () => {
    expect(parseCommandLine(['-Z'])).toMatchObject({ stderr: "Unknown option -Z\nTry 'vrrpd --help'\n" })
  })

  test('version and help answer in their place on the line, on stderr as keepalived does', () => {
    const version = { ok: false, stdout: '', stderr: `vrrpd v${VERSION}\n`, exitCode: 0 }
    expect(parseCommandLine(['-v', '-Z'])).toEqual(version)
    expect(parseCommandLine(['-nvh'])).toEqual(version)
    expect(parseCommandLine(['-Zv'])).toEqual({ ...version, stderr: `Unknown option -Z\n${version.stderr}` })
  })

  test('the help has every option, within 80 columns', () => {
    const { stderr } = parseCommandLine(['--help']) as Extract<CommandLine, { ok: false }>
    for (const { long } of optionTable) expect(stderr).toContain(`--${long}`)
    for (const line of stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(VERSION).toBe(version)
})

needs('keepalived')('the real keepalived', () => {
  const keepalived = (
    argv: readonly string[],
  ): { stdout: string; stderr: string; exitCode: number | null } => {
    const { stdout, stderr, status } = spawnSync('keepalived', argv, { encoding: 'utf8' })
    return { stdout, stderr, exitCode: status }
  }
  const vrrpd = (argv: readonly string[]): CommandLine => parseCommandLine(argv)

  test.each(['STOP', 'RELOAD', 'DATA', 'STATS', 'STATS_CLEAR', 'JSON'])('--signum=%s', (name) => {
    for (const argv of [[`--signum=${name}`], ['--sig', name], ['extra', `--signum=${name}`]]) {
      expect(vrrpd(argv)).toEqual({ ok: false, ...keepalived(argv) })
    }
  })

  test('refuses what it does not know in the same words', () => {
    for (const argv of [['-Z'], ['--nonsense'], ['--nonsense=3'], ['-f'], ['-ZY', '-p'], ['--signum=FOO']]) {
      const real = keepalived(argv)
      const ours = vrrpd(argv) as Extract<CommandLine, { ok: false }>
      expect(ours.exitCode).toBe(real.exitCode)
      expect(ours.stderr.replace("Try 'vrrpd --help'\n", '')).toBe(real.stderr)
    }
  })

  test('has no option that we do not accept', () => {
    const help = keepalived(['--help']).stderr
    const theirs = [...help.matchAll(/^ {2}(?:-(\w), | {4})--([\w-]+)/gm)]
    expect(theirs.length).toBeGreaterThan(30)
    for (const [, short, long] of theirs) {
      const ours = optionTable.find((option) => option.long === long)
      expect(ours, long).toBeDefined()
      expect(ours?.short, long).toBe(short)
    }
  })
})
