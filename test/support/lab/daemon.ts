/** A VRRP daemon in a laboratory's namespace: the real keepalived or vrrpd, with the same command line. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Duration, seconds } from '../../../src/base/time.ts'
import { findProgram } from '../tools.ts'
import { processTree, signalQuietly } from './processes.ts'
import { patiently, until, type WallTime, wallNow } from './time.ts'

export type DaemonKind = 'keepalived' | 'vrrpd'

export interface DaemonOptions {
  readonly kind: DaemonKind
  /** The text of keepalived.conf, or the path of a file to run as it is. */
  readonly config: string | { readonly file: string }
  /** More options for the command line. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A program that starts it, with arguments: `unshare --pid --fork`. The daemon's pid and exit are that program's. */
  readonly under?: readonly string[]
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const vrrpdPath = fileURLToPath(new URL('../../../bin/vrrpd', import.meta.url))

export class Daemon {
  readonly kind: DaemonKind
  readonly pid: number
  /** When it was started. */
  readonly startedAt: WallTime
  /** Resolves when the process has ended. */
  readonly exited: Promise<Exit>
  readonly directory: string
  private exit: Exit | undefined

  private constructor(kind: DaemonKind, directory: string, child: ChildProcess, startedAt: WallTime) {
    if (child.pid === undefined) throw new Error(`${kind} could not be started`)
    this.kind = kind
    this.pid = child.pid
    this.startedAt = startedAt
    this.directory = directory
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.exit = { code, signal }
        resolve(this.exit)
      })
    })
  }

  /** @param directory of its own: configuration, pid files, control socket and log are in it. */
  static async start(namespace: string, directory: string, options: DaemonOptions): Promise<Daemon> {
    await mkdir(directory, { recursive: true })
    await chmod(directory, 0o755)
    const config = await writeConfig(directory, options.config)
    const log = openSync(join(directory, 'log'), 'a')
    const startedAt = wallNow()
    const argv = [
      'netns',
      'exec',
      namespace,
      ...(options.under ?? []),
      ...commandLine(options, directory, config),
    ]
    const child = spawn(findProgram('ip') ?? 'ip', argv, {
      stdio: ['ignore', log, log],
      detached: true,
      env: { PATH: daemonPath, ...options.env },
    })
    closeSync(log)
    return new Daemon(options.kind, directory, child, startedAt)
  }

  get running(): boolean {
    return this.exit === undefined
  }

  get controlSocket(): string {
    return join(this.directory, 'control.sock')
  }

  /** vrrpd's run record: see src/daemon/recovery. */
  get recordFile(): string {
    return join(this.directory, 'daemon.pid.state')
  }

  get configFile(): string {
    return join(this.directory, 'keepalived.conf')
  }

  /** Everything it has printed so far. */
  log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8')
  }

  /** @throws with the last of what it did log */
  async logs(pattern: RegExp | string, within: Duration): Promise<void> {
    let text = ''
    try {
      await until(
        `${this.kind} to log ${String(pattern)}`,
        async () => {
          text = await this.log()
          return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
        },
        within,
      )
    } catch (error) {
      const last = text.trimEnd().split('\n').slice(-12).join('\n')
      const state = this.running ? 'runs' : 'has ended'
      throw new Error(`${String(error)}; it ${state}, and its log ends with:\n${last}`, { cause: error })
    }
  }

  /**
   * Waits until vrrpd's record says that some router is Master: the record follows the kernel, and who is killed
   * before that does not go on as one.
   */
  async isRecordedAsMaster(): Promise<void> {
    const isRecorded = async (): Promise<boolean> =>
      (await readFile(this.recordFile, 'utf8')).includes('"isMaster":true')
    await until('the record to say that it is Master', isRecorded, patiently)
  }

  /** Replaces the configuration file; a reload is `signal('SIGHUP')`. */
  async rewrite(config: string): Promise<void> {
    await writeFile(this.configFile, config)
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** Asks it to leave (priority 0, addresses removed) and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', within: Duration = seconds(10)): Promise<Exit> {
    if (this.running) this.signal(signal)
    await until(`${this.kind} to end after ${signal}`, () => !this.running, within)
    return this.exited
  }

  /**
   * A crash: daemon and descendants are stopped first, so that none of them notices and
   * answers the death of another (keepalived's parent would start a new child).
   */
  async kill(): Promise<WallTime> {
    const pids = this.freeze()
    const at = wallNow()
    for (const pid of pids.reverse()) signalQuietly(pid, 'SIGKILL')
    await this.exited
    return at
  }

  /** Stops it in its tracks, as a suspended virtual machine would be. */
  freeze(): number[] {
    const pids = this.running ? processTree(this.pid) : []
    for (const pid of pids) signalQuietly(pid, 'SIGSTOP')
    return pids
  }

  thaw(): void {
    for (const pid of processTree(this.pid)) signalQuietly(pid, 'SIGCONT')
  }
}

/** A service's environment, not the test's; with the directory of this very Node for `env node`. */
const daemonPath = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`

function commandLine(options: DaemonOptions, directory: string, config: string): string[] {
  const common = ['-n', '-l', '-D', '-P', '-f', config]
  const pidFiles = ['-p', join(directory, 'daemon.pid'), '-r', join(directory, 'vrrp.pid')]
  const more = options.args ?? []
  // Without a name of its own every keepalived looks at /run/bfd.pid and ends when the number in it is anybody's.
  const bfdPidFile = ['-b', join(directory, 'bfd.pid')]
  if (options.kind === 'keepalived') return ['keepalived', ...common, ...pidFiles, ...bfdPidFile, ...more]
  return [vrrpdPath, ...common, ...pidFiles, '--control', join(directory, 'control.sock'), ...more]
}

async function writeConfig(directory: string, config: DaemonOptions['config']): Promise<string> {
  if (typeof config !== 'string') return config.file
  const path = join(directory, 'keepalived.conf')
  await writeFile(path, config, { mode: 0o644 })
  return path
}
