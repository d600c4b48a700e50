/** Frames on a host's link, both ways, with the kernel's time stamps (tcpdump writes, we read the file). */

import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { seconds } from '../../../src/base/time.ts'
import { findProgram } from '../tools.ts'
import { asAdvert, asGratuitousArp, type Frame, joinsGroup, type SeenAdvert, type SeenArp } from './frames.ts'
import { until, type WallTime } from './time.ts'

const fileHeader = 24
const recordHeader = 16

export class Capture {
  private readonly child: ChildProcess
  private readonly file: string

  private constructor(child: ChildProcess, file: string) {
    this.child = child
    this.file = file
  }

  /** Resolves once it sees every frame. */
  static async start(namespace: string, link: string, file: string): Promise<Capture> {
    const tcpdump = ['tcpdump', '-i', link, '-Z', 'root', '-U', '--immediate-mode', '-B', '4096', '-w', file]
    const argv = ['netns', 'exec', namespace, ...tcpdump]
    const child = spawn(findProgram('ip') ?? 'ip', argv, { stdio: 'ignore' })
    await until('tcpdump to listen', () => sizeOf(file) >= fileHeader, seconds(5))
    return new Capture(child, file)
  }

  async frames(since: WallTime = 0): Promise<Frame[]> {
    return readPcap(await readFile(this.file)).filter((frame) => frame.at >= since)
  }

  async adverts(since: WallTime = 0): Promise<SeenAdvert[]> {
    return (await this.frames(since)).map(asAdvert).filter((seen) => seen !== undefined)
  }

  async gratuitousArps(since: WallTime = 0): Promise<SeenArp[]> {
    return (await this.frames(since)).map(asGratuitousArp).filter((seen) => seen !== undefined)
  }

  /** When a host first asked for the group's traffic. */
  async joinOf(group: string, since: WallTime = 0): Promise<WallTime | undefined> {
    return (await this.frames(since)).find((frame) => joinsGroup(frame, group))?.at
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Little-endian, microseconds: what tcpdump writes on the machines we have. An unfinished last record is left. */
function readPcap(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  let at = fileHeader
  while (at + recordHeader <= bytes.length) {
    const length = bytes.readUInt32LE(at + 8)
    const start = at + recordHeader
    if (start + length > bytes.length) break
    const time = bytes.readUInt32LE(at) * 1_000_000 + bytes.readUInt32LE(at + 4)
    frames.push({ at: time, bytes: bytes.subarray(start, start + length) })
    at = start + length
  }
  return frames
}
