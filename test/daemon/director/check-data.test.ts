/**
 * keepalived_check.data beside what keepalived 2.2.7 wrote for the same configuration (with IPVS stubbed): our lines are
 * all among its, in its order. golden/check-data.keepalived.text is its file from “LVS Topology” on.
 */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { instant, seconds } from '../../../src/base/time.ts'
import type { CheckerReport } from '../../../src/checkers/checkers.ts'
import { begin, policyOf } from '../../../src/checkers/retry.ts'
import type { Check, TimedCheck } from '../../../src/checkers/types.ts'
import { checkData } from '../../../src/daemon/director/child/check-data.ts'
import {
  checker,
  configuration,
  ip,
  program,
  realServer,
  sorryServer,
  virtualServer,
} from '../../director/kit.ts'
import { emptyKernel } from '../../director/model-kernel.ts'
import { World } from '../../director/stories.ts'
import {
  connection,
  dnsCheck,
  httpCheck,
  miscCheck,
  pingCheck,
  smtpCheck,
  tcpCheck,
  timing,
  udpCheck,
  urlCheck,
} from '../../checkers/specs.ts'
import { known, OUTCOMES } from './report-kit.ts'

const at = (address: string, port: number, connectTimeout = 5) =>
  connection(port, { target: { address: ip(address), port }, connectTimeout: seconds(connectTimeout) })
const each = (delay: number, retry: number, delayBeforeRetry: number, warmup = delay) =>
  timing({
    ...{ delayLoop: seconds(delay), retry },
    ...{ delayBeforeRetry: seconds(delayBeforeRetry), warmup: seconds(warmup) },
  })

const CHECKS: Readonly<Record<string, Check>> = {
  tcp: tcpCheck({ timing: each(6, 2, 1), connection: at('127.0.0.1', 80, 3), alpha: true }),
  http: httpCheck({
    timing: each(6, 1, 3),
    connection: at('127.0.0.1', 80, 3),
    alpha: true,
    urls: [
      urlCheck('/u1', { digest: '5d41402abc4b2a76b9719d911017c592', statuses: [{ first: 200, last: 200 }] }),
      urlCheck('/u2', {
        host: 'u2.example.com',
        regex: { pattern: 'hell', options: [], mustNotMatch: false, minOffset: 0, maxOffset: undefined },
      }),
    ],
  }),
  misc: miscCheck({
    timing: each(6, 0, 1, 2),
    command: ['/usr/bin/false', 'x'],
    timeout: seconds(5),
    dynamic: true,
    identity: { uid: 0, gid: 0, groups: [] },
    alpha: true,
  }),
  ping: pingCheck({ timing: each(10, 1, 1), connection: at('10.9.0.23', 0) }),
  dns: dnsCheck({ timing: each(60, 3, 60), connection: at('10.9.0.24', 53), type: 'A', name: 'example.com' }),
  udp: udpCheck({
    timing: each(60, 1, 1),
    connection: at('10.9.0.24', 53),
    payload: '0102',
    reply: { pattern: '0x', minLength: 0, maxLength: 255 },
  }),
  smtp: smtpCheck({ timing: each(60, 1, 1), connection: at('10.9.0.25', 25), heloName: 'me' }),
  ssl: httpCheck({
    timing: each(60, 1, 3),
    connection: at('10.9.0.25', 53),
    tls: true,
    protocol: '1.1',
    urls: [urlCheck('/s', { serverName: 'x' })],
  }),
}

const alpha = { alpha: true }
const tunnel = { method: 'tunnel', tunnel: { type: 'ipip', port: 0, checksum: 'none' } } as const
const route = { method: 'route' } as const

/** As the file that keepalived was given. */
const file = configuration([
  virtualServer(
    '10.8.0.100 80',
    [
      realServer('127.0.0.1 80', {
        weight: 3,
        inhibitOnFailure: true,
        upperThreshold: 100,
        lowerThreshold: 50,
        notifyUp: program('/usr/bin/true', 'rs', 'up'),
        notifyDown: program('/usr/bin/true'),
        checkers: [checker('tcp', alpha), checker('http', alpha)],
      }),
      realServer('10.9.0.22 8080', { checkers: [checker('misc', alpha)] }),
    ],
    {
      scheduler: 'wrr',
      persistence: { timeoutSeconds: 50, netmask: 0xffffff00 },
      quorum: 2,
      hysteresis: 1,
      omega: true,
      quorumUp: program('/usr/bin/true', 'a', 'b'),
      quorumDown: program('/usr/bin/true', 'down'),
      sorryServer: sorryServer('10.9.0.99 80'),
    },
  ),
  virtualServer(
    '10.8.0.1 0',
    [realServer('10.9.0.23', { forwarding: tunnel, checkers: [checker('ping')] })],
    {
      target: { kind: 'mark', mark: 3, family: 'ipv4' },
      scheduler: 'sh',
      schedulerFlags: { flag1: true, flag2: false, flag3: false },
    },
  ),
  virtualServer(
    '10.8.0.1 80',
    [
      realServer('10.9.0.24 53', { forwarding: route, checkers: [checker('dns'), checker('udp')] }),
      realServer('10.9.0.25 53', { forwarding: route, checkers: [checker('smtp'), checker('ssl')] }),
    ],
    {
      target: {
        kind: 'group',
        name: 'G',
        protocol: 'udp',
        members: [
          { kind: 'address', address: ip('10.8.0.101'), port: 80 },
          { kind: 'mark', mark: 7, family: 'ipv4' },
        ],
      },
      onePacket: true,
    },
  ),
])

const fresh = (check: TimedCheck): CheckerReport => ({
  ...{ check, verdict: check.alpha ? 'down' : 'up', weight: undefined, sharedBy: 1 },
  state: begin(policyOf(check), check.alpha, instant(0), 0),
})

function written(): readonly string[] {
  const world = new World(file, emptyKernel)
  world.start()
  // What they had answered by then.
  for (const key of ['tcp', 'http', 'misc'])
    world.step({ type: 'verdict', checker: key, up: false, reason: 'x' })
  const text = checkData({
    director: world.director,
    checker: (key) => {
      const check = CHECKS[key]
      if (check === undefined || check.kind === 'file') return undefined
      if (key === 'tcp' || key === 'http') return known(check, [OUTCOMES.refused])
      if (key === 'misc') return known(check, [{ kind: 'failure', reason: { kind: 'exit-code', code: 1 } }])
      return fresh(check)
    },
    wallMs: (moment) => 1_796_078_500_288 + moment / 1000,
  })
  return text.split('\n').slice(0, -1)
}

/** So many lines in a row are keepalived's alone, at most. */
const MOST_LEFT_OUT = 4

describe('keepalived_check.data', () => {
  test('as keepalived writes it, without what only keepalived has', () => {
    const theirs = readFileSync('test/daemon/director/golden/check-data.keepalived.text', 'utf8').split('\n')
    let from = 0
    for (const line of written()) {
      const found = theirs.findIndex(
        (each, index) => index >= from && index < from + MOST_LEFT_OUT && matches(each, line),
      )
      expect(found, `${line}\nafter: ${theirs[from - 1] ?? ''}`).toBeGreaterThanOrEqual(0)
      from = found + 1
    }
  })

  test('all of it', async () => {
    await expect(`${written().join('\n')}\n`).toMatchFileSnapshot('golden/check-data.text')
  })
})

/** Users are numbers there, and times as dates, too; how far a check had come is that moment's. */
function matches(theirs: string, ours: string): boolean {
  if (ours.startsWith('   Last ran = ')) return theirs.startsWith('   Last ran = ')
  if (ours.startsWith('   Retries iterations = ')) return theirs.startsWith('   Retries iterations = ')
  return theirs === ours || theirs === `${ours}, uid:gid 0:0`
}
