/** docs/status.schema.json and the report's type say the same. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { schemaErrors } from '../support/json-schema.ts'
import { makeChecker, makeDown, makeSections, makeServer, makeVirtualServer } from '../support/lvs-reports.ts'
import { makeInstance, makeProblem, makeReport } from '../support/reports.ts'

const schema = JSON.parse(readFileSync('docs/status.schema.json', 'utf8')) as Record<string, unknown>

const AT = '2026-11-21T10:00:00.000Z'
const master = { address: '10.0.0.2', priority: 150, since: AT, lastHeard: AT }

const serving = makeSections({
  virtualServers: [
    makeVirtualServer('10.8.0.100:80', [
      makeServer('10.9.0.21:80', { checkers: [makeChecker({ last: null, nextAt: null })] }),
      makeDown('10.9.0.22:80', 'connect refused'),
    ]),
    makeVirtualServer('10.8.0.100:443', [], {
      persistence: { timeoutSeconds: 300, engine: 'sip' },
      sorry: { server: '[10.9.0.99]:tcp:443', active: true },
      kernel: {
        present: null,
        drift: [
          {
            kind: 'weight-differs',
            service: '10.8.0.100:tcp:443',
            destination: '10.9.0.21:443',
            asked: 1,
            actual: 2,
          },
        ],
      },
    }),
  ],
  syncDaemon: [
    { role: 'master', interface: 'eth1', syncId: 51, wanted: true, running: null, instance: null },
  ],
})

/** Present where virtual servers are served. */
const OPTIONAL = Object.keys(serving)

/** With something in every place that may be empty. */
const full = makeReport({
  problems: [makeProblem(), makeProblem({ advice: null, instance: null, severity: 'notice' })],
  groups: [
    { name: 'G', members: ['VI_1'], state: 'MASTER' },
    { name: 'H', members: ['VI_2', 'VI_3'], state: null },
  ],
  notices: ['x'],
  lvsProcess: { pid: 7, restarts: 0, state: 'serving' },
  ...serving,
  instances: [
    makeInstance(),
    makeInstance({
      state: 'FAULT',
      group: 'G',
      routes: [{ route: '198.51.100.0/24 via 10.0.0.254', present: true }],
      rules: [{ rule: 'from 10.0.0.9/32 table 100 preference 16384', present: false }],
      master,
      rivals: [master],
      drained: { since: AT, until: AT },
      priority: { base: 100, effective: 80, contributions: [{ tracker: 'chk', weight: -20 }] },
      trackers: [
        { kind: 'interface', name: 'eth2', weight: 0, reverse: true, verdict: 'up', value: null, run: null },
        { kind: 'file', name: 'f', weight: 1, reverse: false, verdict: 'up', value: 7, run: null },
        {
          kind: 'script',
          name: 'chk',
          weight: -20,
          reverse: false,
          verdict: 'down',
          value: null,
          run: {
            running: true,
            result: 'exit status 1',
            startedAt: AT,
            durationMs: 1.5,
            nextAt: null,
            output: '',
            skipped: 0,
          },
        },
      ],
      history: [{ at: AT, from: 'INIT', to: 'BACKUP', because: 'init' }],
    }),
  ],
})

/** Every path to a field, arrays by their second element or their first. */
function paths(value: unknown, at: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, part]) => paths(part, [...at, key]))]
}

function without(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
  if (Array.isArray(value))
    return (value as unknown[]).map((part, index) => (String(index) === key ? without(part, rest) : part))
  const entries = Object.entries(value as object)
  return Object.fromEntries(
    rest.length === 0
      ? entries.filter(([name]) => name !== key)
      : entries.map(([name, part]) => [name, name === key ? without(part, rest) : part]),
  )
}

describe('docs/status.schema.json', () => {
  test('admits a report with everything in it', () => {
    expect(schemaErrors(schema, full)).toEqual([])
    expect(schemaErrors(schema, makeReport())).toEqual([])
  })

  test('misses every field that is missing', () => {
    const isField = (path: readonly string[]): boolean => {
      const last = path.at(-1) ?? ''
      return path.length > 0 && !/^\d+$/.test(last) && !(path.length === 1 && OPTIONAL.includes(last))
    }
    const fields = paths(full).filter(isField)
    expect(fields.length).toBeGreaterThan(160)
    const unnoticed = fields.filter((path) => schemaErrors(schema, without(full, path)).length === 0)
    // Where there are no virtual servers there is none.
    expect(unnoticed).toEqual([['lvsProcess']])
  })

  test.each([
    [{ ...full, version: 2 }, '$.version'],
    [{ ...full, problems: [{ ...makeProblem(), code: 'what' }] }, '$.problems[0].code'],
    [{ ...full, problems: [{ ...makeProblem(), since: 'today' }] }, '$.problems[0].since'],
    [{ ...full, instances: [{ ...makeInstance(), vrid: 0 }] }, '$.instances[0].vrid'],
    [{ ...full, instances: [{ ...makeInstance(), drained: 'yes' }] }, '$.instances[0].drained'],
    [{ ...full, lvsProcess: { pid: null, restarts: 0, state: 'well' } }, '$.lvsProcess.state'],
    [{ ...full, director: {} }, '$.director'],
    [{ ...full, virtualServers: [{}] }, '$.virtualServers[0]'],
  ])('refuses what is of another kind', (report, place) => {
    expect(schemaErrors(schema, report)).toEqual([expect.stringContaining(`${place}: `)])
  })
})
