import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/cli.ts'
import { makeInstance, makeReport } from '../support/reports.ts'
import { FakeDaemon, makeOutput } from './status-kit.ts'

const daemon = new FakeDaemon(
  makeReport({
    instances: [
      makeInstance(),
      makeInstance({ name: 'VI_2' }),
      makeInstance({ name: 'mail', state: 'FAULT' }),
    ],
    groups: [
      { name: 'G1', members: ['VI_1', 'VI_2'], state: 'MASTER' },
      { name: 'G2', members: ['VI_2', 'mail'], state: null },
    ],
  }),
)

beforeAll(() => daemon.start())
afterAll(() => daemon.remove())

async function run(...argv: readonly string[]): Promise<readonly [code: number, out: string, err: string]> {
  const io = makeOutput()
  const code = await main(['status', '--control', daemon.path, ...argv], () => io)
  const { out, err } = io.text()
  return [code, out, err]
}

test.each([
  { argv: ['--state', 'MASTER', 'VI_1'], code: 0, out: 'MASTER\n' },
  { argv: ['--state', 'BACKUP', 'VI_1'], code: 1, out: 'MASTER\n' },
  { argv: ['VI_1', '--state=master'], code: 0, out: 'MASTER\n' },
  { argv: ['--state', 'fault', 'mail', '-q'], code: 0, out: '' },
  { argv: ['--state', 'MASTER', 'mail', '--quiet'], code: 1, out: '' },
  // A group, and everything, are in a state when all of them are.
  { argv: ['--state', 'MASTER', 'G1'], code: 0, out: 'MASTER\nMASTER\n' },
  { argv: ['--state', 'MASTER', 'G2'], code: 1, out: 'MASTER\nFAULT\n' },
  { argv: ['--state', 'MASTER'], code: 1, out: 'MASTER\nMASTER\nFAULT\n' },
])('$argv', async ({ argv, code, out }) => {
  expect(await run(...argv)).toEqual([code, out, ''])
})

test.each([
  { argv: ['--state', 'UP', 'VI_1'], says: 'Choices: "INIT", "BACKUP", "MASTER", "FAULT"' },
  { argv: ['--state'], says: 'Not enough arguments following: state' },
  { argv: ['-q', 'VI_1'], says: '--quiet goes with --state' },
  { argv: ['--state', 'MASTER', '--json'], says: '--state goes without --watch and --json' },
  { argv: ['--state', 'MASTER', '--watch'], says: '--state goes without --watch and --json' },
  { argv: ['--state', 'MASTER', 'VI1'], says: "'VI1'; did you mean 'VI_1'?" },
  { argv: ['--state', 'MASTER', 'nobody'], says: "'nobody'; there is: VI_1, VI_2, mail, G1, G2" },
])('$argv is wrong usage', async ({ argv, says }) => {
  const [code, out, err] = await run(...argv)
  expect([code, out]).toEqual([3, ''])
  expect(err).toContain(says)
})

test('no daemon', async () => {
  expect(await run('--state', 'MASTER', 'VI_1', '--control', '/nowhere')).toEqual([
    2,
    '',
    expect.stringContaining('/nowhere'),
  ])
})

test('a sync group is shown by its name', async () => {
  const [code, out] = await run('G1', '--json')
  const { instances, groups } = JSON.parse(out) as ReturnType<typeof makeReport>
  expect(code).toBe(0)
  expect(instances.map(({ name }) => name)).toEqual(['VI_1', 'VI_2'])
  expect(groups.map(({ name }) => name)).toEqual(['G1', 'G2'])
})
