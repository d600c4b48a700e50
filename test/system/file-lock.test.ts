import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquirePidFile, type PidFile } from '../../src/system/file-lock.ts'

let directory = ''
let path = ''
const children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-pid-'))
  path = join(directory, 'vrrpd.pid')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

function acquire(): PidFile {
  const acquired = acquirePidFile(path)
  if (!acquired.ok) throw new Error(JSON.stringify(acquired.error))
  return acquired.value
}

/** Another process that holds the lock until it is killed. */
async function holdElsewhere(): Promise<ChildProcess> {
  const source = `
    const fd = require('node:fs').openSync(${JSON.stringify(path)}, 'a')
    const refused = require('./native/build/vrrpd_system.node').lockFile(fd)
    console.log(refused ? refused.text : 'held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  expect(line.toString()).toBe('held\n')
  return child
}

test('says whose it is, and is gone when it is removed', () => {
  const file = acquire()
  expect(file.write(4711)).toEqual({ ok: true, value: undefined })
  expect(readFileSync(path, 'latin1')).toBe('4711\n')
  expect(statSync(path).mode & 0o022).toBe(0)
  expect(file.write(7)).toMatchObject({ ok: true })
  expect(readFileSync(path, 'latin1')).toBe('7\n')
  file.remove()
  expect(existsSync(path)).toBe(false)
  file.remove()
})

test('one that another process holds is held, and left as it is', async () => {
  writeFileSync(path, '1234567\n')
  const holder = await holdElsewhere()
  expect(acquirePidFile(path)).toEqual({ ok: false, error: 'held' })
  expect(readFileSync(path, 'latin1')).toBe('1234567\n')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  acquire().remove()
})

test('one that this process holds already is held as well', () => {
  const file = acquire()
  expect(acquirePidFile(path)).toEqual({ ok: false, error: 'held' })
  file.remove()
  acquire().remove()
})

test.each(['', 'garbage', `${process.pid}\n`, '999999999999999999999\n'])(
  'one that nobody holds is free, whatever it says: %j',
  (content) => {
    writeFileSync(path, content)
    acquire().remove()
  },
)

test('one in which a running keepalived stands is held although it is not locked', async () => {
  const keepalived = join(directory, 'keepalived')
  copyFileSync('/bin/sleep', keepalived)
  chmodSync(keepalived, 0o755)
  const child = spawn(keepalived, ['60'])
  children.push(child)
  await once(child, 'spawn')
  writeFileSync(path, `${child.pid ?? 0}\n`)
  expect(acquirePidFile(path)).toEqual({ ok: false, error: 'held' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  acquire().remove()
})

test('a directory that does not exist is an error', () => {
  path = join(directory, 'missing', 'vrrpd.pid')
  expect(acquirePidFile(path)).toMatchObject({ ok: false, error: { code: 'ENOENT', call: 'open' } })
})

test('no refusal leaves a descriptor behind', () => {
  const file = acquire()
  const before = readdirSync('/proc/self/fd').length
  for (let count = 0; count < 200; count++) acquirePidFile(path)
  // The test runner has descriptors that come and go, too.
  expect(readdirSync('/proc/self/fd').length - before).toBeLessThan(100)
  file.remove()
  const open = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  expect(open.filter((target) => target.startsWith(path))).toEqual([])
})
