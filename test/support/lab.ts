/**
 * A network laboratory: hosts as network namespaces, LANs as bridges, real
 * daemons, captures and crafted packets. Every laboratory has names of its own,
 * so that several can run side by side, and leaves nothing behind: destroy() in
 * the ordinary course, the process's exit otherwise, and sweep.ts for what a
 * kill left.
 */

import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Host } from './lab/host.ts'
import { namespaceOf, newLabName } from './lab/names.ts'
import { batch, build, type LanOptions, planAttachments } from './lab/network.ts'
import { processTree, signalQuietly } from './lab/processes.ts'
import { findProgram } from './tools.ts'

export interface LabOptions<Name extends string> {
  /** In order: host number n has the n-th address of every LAN. */
  readonly hosts: readonly Name[]
  /** The interface's name on the only LAN, eth0 by default; 10.9.0.0/24 is its network. */
  readonly link?: string
  /** Several LANs, or another network. */
  readonly lans?: readonly LanOptions[]
}

export class Lab<Name extends string = string> {
  readonly directory: string
  private readonly name: string
  private readonly hosts: ReadonlyMap<string, Host>
  private destroyed = false
  private readonly onExit = (): void => this.abandon()

  private constructor(name: string, directory: string, hosts: ReadonlyMap<string, Host>) {
    this.name = name
    this.directory = directory
    this.hosts = hosts
    process.once('exit', this.onExit)
    // One listener for each laboratory, of which a file has dozens side by side; Node would take them for a leak.
    process.setMaxListeners(0)
  }

  static async create<const Name extends string>(options: LabOptions<Name>): Promise<Lab<Name>> {
    const name = newLabName()
    const directory = mkdtempSync(join(tmpdir(), `${name}-`))
    chmodSync(directory, 0o755)
    const lans = options.lans ?? [{ link: options.link ?? 'eth0', subnet: '10.9.0.0/24' }]
    const attachments = planAttachments(options.hosts, lans)
    const hosts = new Map(
      options.hosts.map((host) => {
        const own = join(directory, host)
        mkdirSync(own, { mode: 0o755 })
        return [
          host,
          new Host(
            name,
            host,
            own,
            attachments.filter((each) => each.host === host),
          ),
        ]
      }),
    )
    const lab = new Lab<Name>(name, directory, hosts)
    try {
      await build(name, options.hosts, attachments)
    } catch (error) {
      lab.abandon()
      throw error
    }
    return lab
  }

  host(name: Name): Host {
    const host = this.hosts.get(name)
    if (host === undefined) throw new Error(`no host ${name} in this laboratory`)
    return host
  }

  /** Ends all daemons and removes every trace. */
  async destroy(): Promise<void> {
    if (this.destroyed) return
    this.destroyed = true
    await Promise.all([...this.hosts.values()].map((host) => host.end()))
    await batch(
      [],
      this.namespaces().map((namespace) => `netns del ${namespace}`),
    )
    process.off('exit', this.onExit)
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** The same where nothing may be awaited any more. */
  private abandon(): void {
    for (const daemon of [...this.hosts.values()].flatMap((host) => host.daemons)) {
      for (const pid of daemon.running ? processTree(daemon.pid) : []) signalQuietly(pid, 'SIGKILL')
    }
    const ip = findProgram('ip') ?? 'ip'
    for (const namespace of this.namespaces()) spawnSync(ip, ['netns', 'del', namespace], { stdio: 'ignore' })
    process.off('exit', this.onExit)
    rmSync(this.directory, { recursive: true, force: true })
  }

  private namespaces(): string[] {
    return ['switch', ...this.hosts.keys()].map((host) => namespaceOf(this.name, host))
  }
}

export type { Host } from './lab/host.ts'
export { promptly } from './lab/host.ts'
