import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LogOptions } from '../../../src/cli/daemon-options.ts'
import { isJournal } from '../../../src/daemon/log/log-destinations.ts'
import { openLog, type Log, type LogSettings } from '../../../src/daemon/log/logging.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vrrpd-log-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** The command line's options are the log's settings. */
const options: LogOptions = {
  console: false,
  detail: false,
  syslog: false,
  facility: 3,
  ident: 'test',
  file: undefined,
  format: 'text',
}

function open(changes: Partial<LogSettings>): { readonly log: Log; readonly datagrams: readonly string[] } {
  const datagrams: string[] = []
  const log = openLog({ ...options, ...changes }, () => ({
    ok: true,
    value: {
      send: (bytes) => {
        datagrams.push(Buffer.from(bytes).toString())
        return true
      },
      close: () => {},
    },
  }))
  return { log, datagrams }
}

const logEachLevel = (log: Log): void => {
  log.detail('a detail')
  log.info('100%s done %d %j')
  log.warn('a warning', { instance: 'VI_1' })
  log.error('an error')
}

describe('openLog', () => {
  test('syslog gets text of every level that is wanted, in the loop’s next turn', async () => {
    const { log, datagrams } = open({ syslog: true })
    logEachLevel(log)
    expect(datagrams).toEqual([])
    await nextTurn()
    expect(datagrams.map((text) => text.replace(/>.*\]/, '>'))).toEqual([
      '<30>: 100%s done %d %j',
      '<28>: a warning',
      '<27>: an error',
    ])
    expect(datagrams[0]).toMatch(/^<30>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d test\[\d+\]: /)
  })

  test('details only with -D', async () => {
    const { log, datagrams } = open({ syslog: true, detail: true })
    logEachLevel(log)
    await nextTurn()
    expect(datagrams[0]).toMatch(/^<30>.*: a detail$/)
  })

  test('a log file and the one that keepalived’s VRRP process would have get the same lines', async () => {
    const { log } = open({ file: join(directory, 'a.log') })
    logEachLevel(log)
    await log.close(10_000)
    const text = readFileSync(join(directory, 'a.log'), 'utf8')
    expect(text.split('\n').map((line) => line.slice(24))).toEqual([
      ': 100%s done %d %j',
      ': a warning',
      ': an error',
      '',
    ])
    expect(readFileSync(join(directory, 'a_vrrp.log'), 'utf8')).toBe(text)
  })

  test('a log file is appended to', async () => {
    for (const text of ['first', 'second']) {
      const { log } = open({ file: join(directory, 'a.log') })
      log.info(text)
      await log.close(10_000)
    }
    expect(readFileSync(join(directory, 'a.log'), 'utf8')).toMatch(/: first\n.*: second\n$/)
  })

  test('JSON for files; syslog stays text', async () => {
    const { log, datagrams } = open({ file: join(directory, 'a.log'), syslog: true, format: 'json' })
    log.say({ level: 'info', text: 'a "text"\n', fields: { instance: 'VI_1', event: 'transition' } })
    await log.close(10_000)
    const line = JSON.parse(readFileSync(join(directory, 'a.log'), 'utf8')) as Record<string, unknown>
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
      pid: process.pid,
      instance: 'VI_1',
      event: 'transition',
      msg: 'a "text"\n',
    })
    expect(datagrams).toEqual([expect.stringMatching(/: a "text"\\x0a$/)])
  })

  test('a line that waits for its turn has the time of its logging', async () => {
    const { log } = open({ file: join(directory, 'a.log'), format: 'json' })
    const before = Date.now()
    log.info('text')
    const after = Date.now()
    while (Date.now() < after + 20);
    await log.close(10_000)
    const { time } = JSON.parse(readFileSync(join(directory, 'a.log'), 'utf8')) as { time: string }
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(time)).toBeLessThanOrEqual(after)
  })

  test('many lines in one turn stay in order, and not all of them wait', async () => {
    const { log, datagrams } = open({ syslog: true })
    for (let at = 0; at < 2_500; at += 1) log.info(`line ${at}`)
    expect(datagrams.length).toBeGreaterThan(1_000)
    await nextTurn()
    expect(datagrams.map((text) => text.replace(/.*: line /, ''))).toEqual(
      Array.from({ length: 2_500 }, (_, at) => String(at)),
    )
  })

  test('a log file that was rotated away is made anew on request', async () => {
    const { log } = open({ file: join(directory, 'a.log') })
    log.info('before')
    await nextTurn()
    renameSync(join(directory, 'a.log'), join(directory, 'a.log.1'))
    log.reopen()
    log.info('after')
    await log.close(10_000)
    expect(readFileSync(join(directory, 'a.log.1'), 'utf8')).toMatch(/: before\n$/)
    expect(readFileSync(join(directory, 'a.log'), 'utf8')).toMatch(/: after\n$/)
    expect(readFileSync(join(directory, 'a_vrrp.log'), 'utf8')).toMatch(/: before\n.*: after\n$/)
  })

  test('what cannot be opened is told to the others', async () => {
    const { datagrams } = open({ syslog: true, file: join(directory, 'none', 'a.log') })
    await nextTurn()
    expect(datagrams).toEqual([
      expect.stringMatching(/cannot log to .*none\/a\.log: ENOENT$/),
      expect.stringMatching(/cannot log to .*none\/a_vrrp\.log: ENOENT$/),
    ])
    expect(existsSync(join(directory, 'none'))).toBe(false)
  })
})

describe('stderr that is the journal', () => {
  test('is recognised by its device and inode', () => {
    const fd = openSync(join(directory, 'stream'), 'w')
    const { dev, ino } = fstatSync(fd)
    const verdicts = [undefined, '', '1:2', `${String(dev)}:${String(ino)}`].map((each) =>
      isJournal(fd, each),
    )
    closeSync(fd)
    expect(verdicts).toEqual([false, false, false, true])
  })

  test.each([
    ['text', /^<6>100% done\n<4>a warning\\x0a<0>\n$/],
    ['json', /^<6>\{.*"msg":"100% done"\}\n<4>\{.*"msg":"a warning\\n<0>"\}\n$/],
  ] as const)('gets the severity before each line of %s', async (format, expected) => {
    const bundle = await bundleFixture('journal')
    const fd = openSync(join(directory, 'stream'), 'w')
    const { dev, ino } = fstatSync(fd)
    execFileSync(process.execPath, [bundle, format], {
      env: { ...process.env, JOURNAL_STREAM: `${String(dev)}:${String(ino)}` },
      stdio: ['ignore', 'ignore', fd],
    })
    closeSync(fd)
    expect(readFileSync(join(directory, 'stream'), 'utf8')).toMatch(expected)
  })
})

async function bundleFixture(name: string): Promise<string> {
  const bundle = join(directory, `${name}.mjs`)
  await build({
    entryPoints: [`test/daemon/log/fixtures/${name}.ts`],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  })
  return bundle
}

/** Runs the fixture with a stderr that nobody reads. */
async function flood(): Promise<{ readonly report: string; readonly exitCode: number | null }> {
  const bundle = await bundleFixture('flood')
  const pipe = join(directory, 'pipe')
  execFileSync('mkfifo', [pipe])
  // Both ends: the pipe has a reader, who never reads.
  const fd = openSync(pipe, constants.O_RDWR)
  try {
    const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', fd] })
    let report = ''
    child.stdout?.on('data', (bytes: Buffer) => (report += bytes.toString()))
    const exitCode = await new Promise<number | null>((resolve) => {
      child.once('close', resolve)
    })
    return { report, exitCode }
  } finally {
    closeSync(fd)
  }
}

describe('a stderr that nobody reads', () => {
  test('delays no timer, grows no memory and does not hold the exit', { timeout: 30_000 }, async () => {
    const { report, exitCode } = await flood()
    expect(exitCode).toBe(0)
    const { logged, worstGapMs, residentBytes } = JSON.parse(report) as Record<string, number>
    expect(logged).toBe(100_000)
    // A write that waited would wait for ever; a busy machine delays by far less than this.
    expect(worstGapMs).toBeLessThan(2_000)
    // An empty Node has some 45 MiB; the lines are 100 MiB.
    expect(residentBytes).toBeLessThan(120 << 20)
  })
})
