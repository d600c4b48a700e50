import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  createLauncher,
  type ExitStatus,
  type Identity,
  type LaunchSpec,
  type RunningProgram,
} from '../../src/system/spawn.ts'
import { lookupUser } from '../../src/system/accounts.ts'
import { needs } from '../support/privileges.ts'

// Thousands of programs take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const launcher = createLauncher()
let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-spawn-'))
  chmodSync(directory, 0o755)
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

function script(name: string, content: string, mode = 0o755): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

interface Ended {
  readonly status: ExitStatus
  readonly output: string
}

interface Running {
  readonly program: RunningProgram
  readonly ended: Promise<Ended>
  readonly soFar: () => string
}

function start(argv: LaunchSpec['argv'], options: Partial<LaunchSpec> = {}): Running {
  const chunks: Uint8Array[] = []
  const soFar = (): string => Buffer.concat(chunks).toString()
  let onExit: (status: ExitStatus) => void = () => {}
  const ended = new Promise<Ended>((resolve) => {
    onExit = (status) => {
      resolve({ status, output: soFar() })
    }
  })
  const launched = launcher.launch(
    { argv, identity: undefined, environment: { PATH: '/usr/bin:/bin' }, ...options },
    { onOutput: (chunk) => chunks.push(chunk), onExit },
  )
  if (!launched.ok) throw new Error(launched.error.text)
  return { program: launched.value, ended, soFar }
}

const shell = (command: string, options?: Partial<LaunchSpec>): Running =>
  start(['/bin/sh', '-c', command], options)

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5)
}

/** The test runner opens and closes some of its own meanwhile: a leak is one for each time. */
const descriptors = (): number => readdirSync('/proc/self/fd').length

/** Neither gone nor a zombie that its new parent has not waited for. */
const isRunning = (pid: number): boolean => /\) [^ZX] /.test(statOf(String(pid)))

function account(name: string): Identity {
  const user = lookupUser(name)
  if (!user.ok || user.value === undefined) throw new Error(`no user ${name}`)
  return user.value
}

describe('a program', () => {
  test('gives its exit code and all it printed, on stdout and stderr', async () => {
    await expect(shell('echo out; echo err >&2; exit 3').ended).resolves.toEqual({
      status: { kind: 'exited', code: 3 },
      output: 'out\nerr\n',
    })
  })

  test('gets its arguments and environment as they are, and no others', async () => {
    const path = script('show', '#!/bin/sh\nprintf "[%s]" "$@"\nexec /usr/bin/env\n')
    const { output } = await start([path, 'a b', '', '$x', 'ü'], { environment: { A: '1 2', B: '' } }).ended
    expect(output.startsWith('[a b][][$x][ü]')).toBe(true)
    const names = output.slice('[a b][][$x][ü]'.length).trim().split('\n')
    // The shell itself adds these.
    expect(names.filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(line)).sort()).toEqual(['A=1 2', 'B='])
  })

  test('has no descriptor of ours, only /dev/null and one pipe', async () => {
    const { output } = await shell('for fd in /proc/$$/fd/*; do echo $(basename $fd) $(readlink $fd); done')
      .ended
    const lines = output.trim().split('\n')
    expect(lines[0]).toBe('0 /dev/null')
    expect(lines[1]).toMatch(/^1 pipe:/)
    expect(lines[2]).toBe(lines[1]!.replace('1', '2'))
    // A shell keeps copies of what is redirected for $(…), but opens no file.
    expect(lines.slice(3).filter((line) => !line.includes('pipe:'))).toEqual([])
  })

  test('leads a process group, with default signals and an ordinary limit of descriptors', async () => {
    const { program, ended } = shell(
      'grep -E "^(SigBlk|SigIgn)" /proc/self/status; cat /proc/$$/stat; ulimit -n',
    )
    const { output } = await ended
    const [blocked, ignored, stat, limit] = output.trim().split('\n')
    expect(blocked).toMatch(/^SigBlk:\s+0+$/)
    expect(ignored).toMatch(/^SigIgn:\s+0+$/)
    expect(stat!.split(' ')[4]).toBe(String(program.pid))
    expect(Number(limit)).toBeLessThanOrEqual(1024)
  })

  test('killed as a group takes its children along', async () => {
    const { program, ended, soFar } = shell('sleep 60 & echo $!; wait')
    await until(() => soFar().includes('\n'))
    const grandchild = Number(soFar())
    expect(isRunning(grandchild)).toBe(true)
    program.killGroup('SIGTERM')
    expect((await ended).status).toEqual({ kind: 'signalled', signal: 15 })
    await until(() => !isRunning(grandchild))
    // Long gone: nothing happens, and nobody else is hit.
    program.killGroup('SIGKILL')
  })

  test('that ignores SIGTERM ends by SIGKILL', async () => {
    const { program, ended, soFar } = shell('trap "" TERM; echo ready; while :; do sleep 1; done')
    await until(() => soFar().includes('ready'))
    program.killGroup('SIGTERM')
    await pause(50)
    expect(isRunning(program.pid)).toBe(true)
    program.killGroup('SIGKILL')
    expect((await ended).status).toEqual({ kind: 'signalled', signal: 9 })
  })

  test('is over when it exits, although a grandchild holds its output; that one is not harmed', async () => {
    const [go, wentOn] = [join(directory, 'go'), join(directory, 'went-on')]
    const lines = `until [ -e '${go}' ]; do sleep 0.02; done; echo late; echo yes >'${wentOn}'`
    const { ended } = shell(`(${lines}) & echo $!; exit 0`)
    const { status, output } = await ended
    expect(status).toEqual({ kind: 'exited', code: 0 })
    const grandchild = Number(output)
    expect(isRunning(grandchild)).toBe(true)
    writeFileSync(go, '')
    await until(() => !isRunning(grandchild))
    // Its first echo did not meet a closed pipe, which would have been its end.
    expect(readFileSync(wentOn, 'utf8')).toBe('yes\n')
  })

  test('that closes its output early is over when it exits', async () => {
    const { ended } = shell('echo first; exec >&- 2>&-; sleep 0.1; exit 5')
    await expect(ended).resolves.toEqual({ status: { kind: 'exited', code: 5 }, output: 'first\n' })
  })
})

describe('what cannot be started is refused with the reason', () => {
  const refusal = (argv: LaunchSpec['argv'], options: Partial<LaunchSpec> = {}): unknown =>
    launcher.launch(
      { argv, identity: undefined, environment: {}, ...options },
      {
        onOutput: () => {
          throw new Error('output of nothing')
        },
        onExit: () => {
          throw new Error('exit of nothing')
        },
      },
    )

  test('no such file', () => {
    expect(refusal(['/nonexistent/x'])).toMatchObject({ ok: false, error: { errno: 2, call: 'execve' } })
  })

  test('not executable', () => {
    const path = script('plain', 'echo', 0o644)
    expect(refusal([path])).toMatchObject({ ok: false, error: { errno: 13, code: 'EACCES' } })
  })

  test('a directory', () => {
    expect(refusal([directory])).toMatchObject({ ok: false, error: { code: 'EACCES' } })
  })

  test('an interpreter that is missing', () => {
    expect(refusal([script('bad', '#!/nonexistent\n')])).toMatchObject({
      ok: false,
      error: { code: 'ENOENT' },
    })
  })

  test('an empty name', () => {
    expect(refusal([''])).toMatchObject({ ok: false, error: { code: 'ENOENT' } })
  })

  test('a NUL byte', () => {
    expect(refusal(['/bin/true', 'a\0b'])).toMatchObject({ ok: false, error: { code: 'EINVAL' } })
    expect(refusal(['/bin/true'], { environment: { A: '\0' } })).toMatchObject({ error: { code: 'EINVAL' } })
  })

  test('too many arguments', () => {
    expect(refusal(['/bin/true', 'x'.repeat(200_000)])).toMatchObject({ error: { code: 'E2BIG' } })
  })

  test('leaves neither descriptors nor zombies', () => {
    const before = descriptors()
    for (let count = 0; count < 200; count++) refusal(['/nonexistent/x'])
    expect(descriptors() - before).toBeLessThan(100)
    expect(zombies()).toEqual([])
  })
})

/** Ended children of this process that nobody waited for. */
function zombies(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat.includes(`) Z ${process.pid} `))
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return ''
  }
}

test('a script without #! is run by /bin/sh', async () => {
  const path = script('plain-script', 'echo "$0 $1"\n')
  await expect(start([path, 'one two']).ended).resolves.toEqual({
    status: { kind: 'exited', code: 0 },
    output: `${path} one two\n`,
  })
})

test('megabytes of output are delivered in bounded pieces, and the loop keeps turning meanwhile', async () => {
  let total = 0
  let longest = 0
  let turns = 0
  const count = setInterval(() => turns++, 1)
  await new Promise<void>((resolve) => {
    const launched = launcher.launch(
      {
        argv: ['/usr/bin/head', '-c', '20000000', '/dev/zero'],
        identity: undefined,
        environment: {},
      },
      {
        onOutput: (chunk) => {
          total += chunk.length
          longest = Math.max(longest, chunk.length)
        },
        onExit: () => {
          resolve()
        },
      },
    )
    expect(launched.ok).toBe(true)
  })
  clearInterval(count)
  expect(total).toBe(20_000_000)
  expect(longest).toBeLessThanOrEqual(16_384)
  expect(turns).toBeGreaterThan(0)
})

test('thousands of quick programs leave neither zombies nor descriptors', async () => {
  const before = descriptors()
  for (let round = 0; round < 20; round++) {
    const runs = Array.from({ length: 100 }, () => start(['/bin/true']).ended)
    for (const { status } of await Promise.all(runs)) expect(status).toEqual({ kind: 'exited', code: 0 })
  }
  expect(descriptors() - before).toBeLessThan(100)
  expect(zombies()).toEqual([])
})

test('other children of this process are left to those who started them', async () => {
  const theirs = new Promise((resolve) => {
    execFile('/bin/sh', ['-c', 'sleep 0.05; exit 7'], (error) => {
      resolve(error?.code)
    })
  })
  await Promise.all(Array.from({ length: 20 }, () => start(['/bin/true']).ended))
  await expect(theirs).resolves.toBe(7)
})

describe('a program whose file system does not answer', () => {
  /** A write lease: whoever opens the file waits until the lease is given up. */
  async function block(path: string): Promise<ChildProcess> {
    const source =
      '$| = 1; $SIG{IO} = sub {}; open(my $file, "+<", $ARGV[0]) or die; ' +
      'fcntl($file, 1024, 1) or die "no lease: $!"; print "leased\\n"; sleep 1 while 1'
    const holder = spawn('perl', ['-e', source, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(holder.stdout, 'data')) as [Buffer]
    expect(line.toString()).toBe('leased\n')
    return holder
  }

  async function startBlocked(
    path: string,
  ): Promise<{ readonly running: Running; readonly holder: ChildProcess }> {
    const holder = await block(path)
    const before = performance.now()
    const running = start([path])
    // Far less than the kernel waits for a lease: 45 s.
    expect(performance.now() - before).toBeLessThan(5_000)
    await expect(shell('echo others').ended).resolves.toMatchObject({ output: 'others\n' })
    return { running, holder }
  }

  test('holds up nobody, and runs when it can', async () => {
    const { running, holder } = await startBlocked(script('late', '#!/bin/sh\necho ran; exit 4\n'))
    holder.kill('SIGKILL')
    await expect(running.ended).resolves.toEqual({ status: { kind: 'exited', code: 4 }, output: 'ran\n' })
  })

  test('and that cannot be executed after all exits with 127', async () => {
    const { running, holder } = await startBlocked(script('late-failure', '#!/nonexistent/interpreter\n'))
    holder.kill('SIGKILL')
    await expect(running.ended).resolves.toEqual({ status: { kind: 'exited', code: 127 }, output: '' })
  })

  test('can be killed meanwhile', async () => {
    const { running, holder } = await startBlocked(script('never', '#!/bin/sh\necho ran\n'))
    running.program.killGroup('SIGKILL')
    await expect(running.ended).resolves.toEqual({ status: { kind: 'signalled', signal: 9 }, output: '' })
    holder.kill('SIGKILL')
  })
})

test('a program is told to end when this process dies', async () => {
  const source = `
    const addon = require('./native/build/vrrpd_system.node')
    const { pid } = addon.spawn(Buffer.from('/bin/sleep\\0' + '60\\0'), Buffer.alloc(0), undefined, () => {})
    console.log(pid)`
  const parent = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(isRunning(pid)).toBe(true)
  parent.kill('SIGKILL')
  await until(() => !isRunning(pid))
})

needs('root')('another user', () => {
  test('has his ids, his groups and nothing of ours', async () => {
    const identity = { ...account('nobody'), groups: [4, 20] }
    const { output } = await shell('id -u; id -g; id -G; grep ^Cap /proc/self/status', { identity }).ended
    const [uid, gid, groups, ...capabilities] = output.trim().split('\n')
    expect(uid).toBe(String(identity.uid))
    expect(gid).toBe(String(identity.gid))
    expect(groups!.split(' ').map(Number).sort()).toEqual([4, 20, identity.gid].sort())
    const held = capabilities.filter((line) => !line.startsWith('CapBnd'))
    expect(held).toHaveLength(4)
    for (const line of held) expect(line).toMatch(/:\s+0+$/)
  })

  test('leaves this process as it was', async () => {
    // Without SigQ, which counts for all processes of the user.
    const status = (): string =>
      readFileSync('/proc/self/status', 'latin1')
        .split('\n')
        .filter((line) => /^(Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|Cap)/.test(line))
        .join('\n')
    const before = status()
    await shell('true', { identity: account('nobody') }).ended
    expect(status()).toBe(before)
  })

  test('who may not execute it is refused', () => {
    const path = script('private', '#!/bin/sh\n', 0o700)
    const spec = { argv: [path] as const, identity: account('nobody'), environment: {} }
    expect(launcher.launch(spec, { onOutput: () => {}, onExit: () => {} })).toMatchObject({
      ok: false,
      error: { code: 'EACCES' },
    })
  })
})
