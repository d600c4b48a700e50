/**
 * `npm run test:steady [ROUNDS] [WORDS FOR VITEST...]`: runs the unit and netns projects so many times in a row,
 * every second round beside two busy loops, and tells what was red in some rounds and not in others. Exit code 0
 * only when nothing was red.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

type Kind = 'alone' | 'beside busy loops'

/** What one round said of each test that was not left out. */
export interface Round {
  readonly kind: Kind
  /** By `file > name`: undefined for a green one, else the first line of what was wrong. */
  readonly tests: ReadonlyMap<string, string | undefined>
}

/** As vitest's JSON reporter writes it. */
export interface VitestJson {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
      readonly failureMessages?: readonly string[] | null
    }[]
  }[]
}

const firstLine = (text = ''): string => text.trim().split('\n')[0] ?? ''

/** @param json undefined when the run ended without a report */
export function readRound(kind: Kind, json: VitestJson | undefined, exitCode: number | null): Round {
  const tests = new Map<string, string | undefined>()
  for (const { name, status, message, assertionResults } of json?.testResults ?? []) {
    const file = relative('.', name)
    for (const { ancestorTitles, title, status: own, failureMessages } of assertionResults) {
      const test = [file, ...ancestorTitles, title].join(' > ')
      if (own === 'passed') tests.set(test, undefined)
      else if (own === 'failed') tests.set(test, firstLine(failureMessages?.[0]) || 'failed')
    }
    // Its hooks, or what it imports.
    const isTold = assertionResults.some(({ status: own }) => own === 'failed')
    if (status === 'failed' && !isTold) tests.set(file, firstLine(message) || 'failed')
  }
  const isRed = [...tests.values()].some((wrong) => wrong !== undefined)
  if (exitCode !== 0 && !isRed) tests.set('the run itself', `exit code ${exitCode}, and no red test`)
  return { kind, tests }
}

/** What was red: first what was not always. Empty when nothing was. */
export function tellRed(rounds: readonly Round[]): readonly string[] {
  const names = new Set(rounds.flatMap(({ tests }) => [...tests.keys()]))
  const told = [...names].flatMap((name) => {
    const isRed = ({ tests }: Round): boolean => tests.get(name) !== undefined
    // A run that broke says nothing of its own in the rounds that did not.
    const had = rounds.filter(({ tests }) => tests.has(name) || !name.includes(' > '))
    const red = had.filter(isRed)
    return red.length === 0 ? [] : [{ name, had, red, always: red.length === had.length && red.length > 1 }]
  })
  const lines = (always: boolean, title: string): readonly string[] => {
    const those = told.filter((each) => each.always === always)
    if (those.length === 0) return []
    return [
      title,
      ...those.flatMap(({ name, had, red }) => [
        `  ${name}`,
        `    red in ${red.length} of ${had.length} rounds: ${byKind(red, had)}`,
        ...[...new Set(red.map(({ tests }) => tests.get(name)))].map((wrong) => `    ${wrong}`),
      ]),
    ]
  }
  return [...lines(false, 'Wavered:'), ...lines(true, 'Red every time:')]
}

const byKind = (red: readonly Round[], had: readonly Round[]): string =>
  (['alone', 'beside busy loops'] as const)
    .map((kind) => ({
      kind,
      of: had.filter((round) => round.kind === kind).length,
      kinds: red.filter((round) => round.kind === kind).length,
    }))
    .filter(({ of }) => of > 0)
    .map(({ kind, of, kinds }) => `${kinds} of ${of} ${kind}`)
    .join(', ')

/** They look after whoever started them: when it is gone, however it went, they end. */
const BUSY = `while (process.ppid === ${process.pid}) {
  for (const end = Date.now() + 200; Date.now() < end; );
}`

/** What runs now, and is ended with this process. */
const children = new Set<ChildProcess>()

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  children.add(child)
  child.once('close', () => children.delete(child))
  return child
}

/** Isolated rounds do not hear SIGTERM, and are gone with SIGKILL; others have a moment to end their workers. */
function endAll(): void {
  if (children.size === 0) return
  for (const child of children) child.kill('SIGTERM')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
  for (const child of children) child.kill('SIGKILL')
}

const closed = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    child.once('close', done)
  })

async function runRound(kind: Kind, directory: string, words: readonly string[]): Promise<Round> {
  const loops = kind === 'alone' ? [] : Array.from({ length: 2 }, () => start(process.execPath, ['-e', BUSY]))
  const file = join(directory, 'report.json')
  rmSync(file, { force: true })
  try {
    const exitCode = await closed(
      start('bash', [
        ...[
          'tools/isolated.sh',
          'node_modules/.bin/vitest',
          'run',
          '--project',
          'unit',
          '--project',
          'netns',
        ],
        ...['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`, ...words],
      ]),
    )
    const json = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestJson) : undefined
    return readRound(kind, json, exitCode)
  } finally {
    for (const loop of loops) loop.kill('SIGKILL')
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const [first = '10', ...words] = argv
  const count = Number(first)
  if (!Number.isInteger(count) || count < 1) {
    console.error(
      `test:steady: ${first} is no number of rounds\nusage: npm run test:steady [ROUNDS] [WORDS FOR VITEST...]`,
    )
    return 2
  }
  if (process.env['VRRPD_SHARED'] === undefined && existsSync('../shared'))
    process.env['VRRPD_SHARED'] = resolve('../shared')

  const directory = mkdtempSync(join(tmpdir(), 'vrrpd-steady-'))
  process.once('exit', () => {
    endAll()
    rmSync(directory, { recursive: true, force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      console.error(`\ntest:steady: ended by ${signal}`)
      process.exit(130)
    })

  const rounds: Round[] = []
  for (let number = 1; number <= count; number++) {
    const kind: Kind = number % 2 === 0 ? 'beside busy loops' : 'alone'
    const began = performance.now()
    console.log(`\nRound ${number} of ${count}, ${kind}`)
    const round = await runRound(kind, directory, words)
    rounds.push(round)
    const red = [...round.tests.values()].filter((wrong) => wrong !== undefined).length
    const minutes = ((performance.now() - began) / 60_000).toFixed(1)
    console.log(`Round ${number} of ${count}: ${red} red of ${round.tests.size} tests, ${minutes} min`)
  }
  const red = tellRed(rounds)
  const besides = rounds.filter(({ kind }) => kind !== 'alone').length
  console.log(
    `\n${count} rounds, ${besides} of them beside two busy loops: ${red.length === 0 ? 'nothing was red' : 'not steady'}`,
  )
  for (const line of red) console.log(line)
  return red.length === 0 ? 0 : 1
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv.slice(2))
