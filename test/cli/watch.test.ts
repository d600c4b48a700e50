import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Viewer, Screen } from '../../src/cli/terminal.ts'
import { picture } from '../../src/cli/screen-codes.ts'
import { watch } from '../../src/cli/watch.ts'
import type { StatusReport } from '../../src/control/report.ts'
import { makeInstance, makeReport } from '../support/reports.ts'
import { FakeDaemon, makeOutput } from './status-kit.ts'

const VI_1 = makeInstance()
const master = makeReport({ instances: [VI_1] })
const backup = makeReport({ instances: [makeInstance({ state: 'BACKUP' })] })

/** The same a second later: nothing an operator would act upon. */
const aged = makeReport({
  instances: [
    makeInstance({ since: '2026-11-21T08:00:00.001Z', counters: { ...VI_1.counters, advertsSent: 7_201 } }),
  ],
  daemon: { ...master.daemon, loopLagMs: 3 },
})

let daemon: FakeDaemon

beforeEach(async () => {
  daemon = new FakeDaemon(master)
  await daemon.start()
})

afterEach(async () => {
  await daemon.remove()
})

/** A command that is watching. */
function begin({ json = false, name, screen }: { json?: boolean; name?: string; screen?: Screen } = {}) {
  const end = new AbortController()
  const io = makeOutput()
  const viewer: Viewer = { screen, ended: end.signal }
  const code = watch({ name, json, control: daemon.path }, io, viewer)
  return {
    io,
    code,
    end: (reason: number) => {
      end.abort(reason)
      return code
    },
  }
}

async function eventually(what: () => boolean): Promise<void> {
  while (!what()) await sleep(2)
}

const states = (out: string): readonly string[] =>
  out
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as StatusReport).instances.map(({ state }) => state).join())

describe('vrrpd status --watch --json', () => {
  test('one document a line for each change, and none for what only ages', async () => {
    const { io, end } = begin({ json: true })
    await eventually(() => daemon.clients === 1)
    for (const report of [aged, backup, aged, aged, backup]) daemon.push(report)
    await eventually(() => io.text().out.split('\n').length === 5)
    expect(states(io.text().out)).toEqual(['MASTER', 'BACKUP', 'MASTER', 'BACKUP'])
    expect(await end(0)).toBe(0)
    await eventually(() => daemon.clients === 0)
    expect(io.text().err).toBe('')
  })

  test('outlives the daemon, says so once, and shows the new one', async () => {
    const { io, end } = begin({ json: true })
    await eventually(() => io.text().out !== '')
    await daemon.stop()
    await eventually(() => io.text().err !== '')
    await sleep(600)
    daemon.push(backup)
    await daemon.start()
    await eventually(() => io.text().out.split('\n').length === 3)
    expect(states(io.text().out)).toEqual(['MASTER', 'BACKUP'])
    expect(io.text().err).toBe('vrrpd has gone away; waiting for it to come back\n')
    expect(await end(143)).toBe(143)
  })

  test('ends while it waits for the daemon', async () => {
    const { io, end } = begin({ json: true })
    await eventually(() => io.text().out !== '')
    await daemon.stop()
    await eventually(() => io.text().err !== '')
    expect(await end(0)).toBe(0)
  })
})

describe('vrrpd status --watch', () => {
  test('no daemon to begin with is an error', async () => {
    await daemon.stop()
    const { io, code } = begin()
    expect(await code).toBe(2)
    expect(io.text().err).toContain('vrrpd')
  })

  test('a name that does not exist is an error, unless it was there', async () => {
    const wrong = begin({ name: 'VI_2' })
    expect(await wrong.code).toBe(3)
    expect(wrong.io.text()).toEqual({
      out: '',
      err: "no vrrp_instance or vrrp_sync_group 'VI_2'; did you mean 'VI_1'? there is: VI_1\n",
    })
    const { io, end } = begin({ name: 'VI_1' })
    await eventually(() => io.text().out !== '')
    daemon.push(makeReport({ instances: [makeInstance({ name: 'other' })] }))
    await eventually(() => io.text().err !== '')
    expect(io.text().err).toBe("no vrrp_instance or vrrp_sync_group 'VI_1'; there is: other\n")
    daemon.push(backup)
    await eventually(() => io.text().out.includes('VI_1 is BACKUP'))
    expect(await end(0)).toBe(0)
  })

  test('without a terminal: a page for each change, with its time and no control codes', async () => {
    const { io, end } = begin()
    await eventually(() => daemon.clients === 1)
    for (const report of [aged, backup]) daemon.push(report)
    await eventually(() => io.text().out.includes('BACKUP'))
    await end(0)
    const { out } = io.text()
    expect(out.match(/^--- \d{4}-\d\d-\d\d [\d:.]{12}$/gm)).toHaveLength(2)
    expect(out).not.toMatch(/[^\n\u0020-\u007e]/)
  })

  test('a screen shows each report, anew when it has another size, and is given back', async () => {
    let change = (): void => undefined
    let written = ''
    let closed = 0
    const size = { columns: 80, rows: 24 }
    const screen: Screen = {
      get columns() {
        return size.columns
      },
      get rows() {
        return size.rows
      },
      write: (text) => (written += text),
      onChange: (callback) => (change = callback),
      close: () => (closed += 1),
    }
    const { io, end } = begin({ screen })
    await eventually(() => written.includes('VI_1 is MASTER'))
    const shownOnce = written.length
    daemon.push(aged)
    await eventually(() => written.length > shownOnce)
    expect(written).toContain('sent 7201')
    size.columns = 40
    size.rows = 5
    written = ''
    change()
    const lines = written.replace(/\u001b\[[?\d]*[a-zA-Z]/g, '').split('\n')
    expect(lines).toHaveLength(5)
    expect(lines.at(-1)).toMatch(/^… and \d+ more lines$/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40)
    await daemon.stop()
    await eventually(() => written.includes('vrrpd has gone away; waiting for it to come back'))
    expect(await end(0)).toBe(0)
    expect(closed).toBe(1)
    expect(io.text()).toEqual({ out: '', err: '' })
  })
})

describe('picture', () => {
  const plain = (lines: readonly string[], rows: number): readonly string[] =>
    picture(lines, rows)
      .replace(/\u001b\[[A-Z]/g, '')
      .split('\n')

  test('what fits is shown whole', () => {
    expect(plain(['a', 'b'], 2)).toEqual(['a', 'b'])
    expect(picture(['a', 'b'], 3)).toBe('\u001b[Ha\u001b[K\nb\u001b[K\u001b[J')
  })

  test('what does not fit is counted', () => {
    expect(plain(['a', 'b', 'c', 'd'], 3)).toEqual(['a', 'b', '… and 2 more lines'])
    expect(plain(['a', 'b', 'c'], 1)).toEqual(['… and 3 more lines'])
  })
})
