/** Watches a host's addresses come and go, in their order. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findProgram } from '../tools.ts'
import { patiently, until, type WallTime } from './time.ts'

export interface AddressChange {
  /**
   * When ip(8) was told: later than it was, and later than others see what comes of it. To be measured, never
   * compared with what somebody else has seen: an order of two observers is none (a rule of lint).
   */
  readonly toldAt: WallTime
  readonly change: 'added' | 'removed'
  readonly link: string
  /** With its prefix length. */
  readonly cidr: string
}

export class AddressMonitor {
  readonly changes: AddressChange[] = []
  private readonly child: ChildProcess

  private constructor(child: ChildProcess) {
    this.child = child
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      this.changes.push(...lines.map(parseChange).filter((change) => change !== undefined))
    })
  }

  /** Resolves once it is listening. */
  static async start(namespace: string): Promise<AddressMonitor> {
    const argv = ['-n', namespace, '-tshort', '-o', '-4', 'monitor', 'address']
    const child = spawn(findProgram('ip') ?? 'ip', argv, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { TZ: 'UTC' },
    })
    const monitor = new AddressMonitor(child)
    await until('ip monitor to listen', () => isListening(child), patiently)
    return monitor
  }

  /** The first change of this kind to this address since then; waited for a little, as it comes by another process. */
  async sees(change: AddressChange['change'], address: string, since: WallTime = 0): Promise<AddressChange> {
    const find = (): AddressChange | undefined =>
      this.changes.find(
        (each) => each.change === change && each.toldAt >= since && each.cidr.split('/')[0] === address,
      )
    await until(`${address} to be ${change}`, () => find() !== undefined, patiently)
    return find()!
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }
}

/** `[2026-11-21T10:06:07.458801] Deleted 1: lo    inet 10.0.0.1/24 scope …` */
function parseChange(line: string): AddressChange | undefined {
  const match = /^\[(\S+)\.(\d{6})\] (Deleted )?\d+: (\S+)\s+inet (\S+)/.exec(line)
  if (match === null) return undefined
  const [, second = '', micros = '', deleted, link = '', cidr = ''] = match
  const toldAt = Date.parse(`${second}Z`) * 1000 + Number(micros)
  return { toldAt, change: deleted === undefined ? 'added' : 'removed', link, cidr }
}

/** Whether the process has joined a group of rtnetlink: columns 3 (its id) and 4 (groups) of the kernel's list. */
function isListening(child: ChildProcess): boolean {
  if (child.exitCode !== null) throw new Error('ip monitor has ended')
  return readFileSync(`/proc/${child.pid}/net/netlink`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, , portId, groups]) => Number(portId) === child.pid && Number.parseInt(groups ?? '', 16) !== 0)
}
