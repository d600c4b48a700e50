import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DescriptorWriter, withoutBlocking } from '../../../src/daemon/log/log-descriptor.ts'

const lost = (count: number): string => `lost ${count}\n`

let directory: string
let opened: number[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-log-'))
  opened = []
})

afterEach(() => {
  for (const fd of opened) closeSync(fd)
  rmSync(directory, { recursive: true })
})

/** A pipe whose both ends are ours; the reading end does not block. */
function makePipe(): { readonly reader: number; readonly writer: number } {
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(path, 'w')
  opened.push(reader, writer)
  return { reader, writer }
}

function readAll(fd: number): string {
  const bytes = Buffer.alloc(1 << 17)
  try {
    return bytes.toString('utf8', 0, readSync(fd, bytes))
  } catch {
    return '' // EAGAIN
  }
}

/** Reads until `done` says that it has been enough. */
async function readUntil(fd: number, done: (text: string) => boolean): Promise<string> {
  let text = readAll(fd)
  while (!done(text)) {
    await sleep(5)
    text += readAll(fd)
  }
  return text
}

describe('DescriptorWriter', () => {
  test('writes to a file and closes it', async () => {
    const path = join(directory, 'file')
    const writer = new DescriptorWriter(openSync(path, 'a'), lost)
    for (let at = 0; at < 1_000; at += 1) writer.write(`${at}\n`)
    await writer.close(10_000)
    writer.write('too late\n')
    expect(readFileSync(path, 'utf8')).toBe(Array.from({ length: 1_000 }, (_, at) => `${at}\n`).join(''))
  })

  test('a full pipe costs lines beyond the buffer, which are counted in their place', async () => {
    const pipe = makePipe()
    const writer = new DescriptorWriter(withoutBlocking(pipe.writer), lost, 32 << 10)
    const line = `${'x'.repeat(1_023)}\n`
    for (let at = 0; at < 300; at += 1) {
      writer.write(line)
      await sleep(0)
    }
    const text = await readUntil(pipe.reader, (seen) => seen.includes('lost'))
    const lines = text.split('\n').filter((each) => each !== '')
    const missing = Number(/lost (\d+)/.exec(text)?.[1])
    expect(missing).toBeGreaterThan(100)
    expect(lines.filter((each) => each.startsWith('x')).every((each) => each.length === 1_023)).toBe(true)
    expect(lines.length - 1 + missing).toBe(300)
    await writer.close(10_000)
  })

  test('goes on where it was when the reader comes back', async () => {
    const pipe = makePipe()
    const writer = new DescriptorWriter(withoutBlocking(pipe.writer), lost)
    const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at} ${'.'.repeat(40)}\n`)
    for (const line of lines) writer.write(line)
    await sleep(100)
    const wanted = lines.join('')
    const text = await readUntil(pipe.reader, (seen) => seen.length >= wanted.length)
    expect(text).toBe(wanted)
    await writer.close(10_000)
  })

  test('close waits for a slow reader, up to its deadline', async () => {
    const pipe = makePipe()
    const slow = new DescriptorWriter(withoutBlocking(pipe.writer), lost)
    slow.write('x'.repeat(200_000))
    const closed = slow.close(10_000)
    await readUntil(pipe.reader, (seen) => seen.length === 200_000)
    await closed
    const stuck = new DescriptorWriter(withoutBlocking(pipe.writer), lost)
    stuck.write('x'.repeat(200_000))
    await stuck.close(100)
  })

  test('a reader that has gone ends it', async () => {
    const pipe = makePipe()
    const fd = withoutBlocking(pipe.writer)
    closeSync(opened.shift() ?? -1)
    const writer = new DescriptorWriter(fd, lost)
    writer.write('nobody\n')
    await writer.close(10_000)
    expect(() => writer.write('nobody\n')).not.toThrow()
  })
})

describe('withoutBlocking', () => {
  test('leaves the original as it is, which others share', () => {
    const pipe = makePipe()
    const flags = (fd: number): string =>
      /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? ''
    const before = flags(pipe.writer)
    const fd = withoutBlocking(pipe.writer)
    opened.push(fd)
    expect(Number.parseInt(flags(fd), 8) & constants.O_NONBLOCK).toBe(constants.O_NONBLOCK)
    expect(flags(pipe.writer)).toBe(before)
  })

  test('a file stays the same descriptor, and so does its position', () => {
    const fd = openSync(join(directory, 'file'), 'w')
    opened.push(fd)
    expect(withoutBlocking(fd)).toBe(fd)
  })
})
