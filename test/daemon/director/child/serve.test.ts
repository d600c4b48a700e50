/** Virtual servers served: what a start, a reload and the end run. */

import { expect, test } from 'vitest'
import { microseconds } from '../../../../src/base/time.ts'
import { accepted, rejected } from '../../../../src/base/result.ts'
import { assembleDirector } from '../../../../src/daemon/director/child/assemble.ts'
import { Serving, type Read } from '../../../../src/daemon/director/child/serve.ts'
import type { LoadBalancing } from '../../../../src/config/blocks/virtual-server/load-balancing.ts'
import type { Command } from '../../../../src/config/values/command.ts'
import type { Script } from '../../../../src/scripts/types.ts'
import { load } from '../../../config/support.ts'
import { exits, fakeWorld } from '../../../scripts/fake-launcher.ts'
import { IpvsInMemory } from '../../../support/ipvs-in-memory.ts'
import { command, ip, loadBalancing, ping, realServer, virtualServer } from './load-balancing.ts'

const { model } = await load('')

const errors: string[] = []

const log = {
  detail: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (text: string) => void errors.push(text),
  say: () => undefined,
  reopen: () => undefined,
  linesLost: () => 0,
  close: () => Promise.resolve(),
}

const runnable = ({ argv }: Command): Script => ({
  kind: 'runnable',
  spec: { argv, identity: undefined, environment: {} },
  warnings: [],
  insecure: false,
})

const read = (configured: LoadBalancing, tls?: Read['tls']): Read => ({
  model,
  assembled: assembleDirector(configured, { scriptOf: runnable }),
  tls,
  fifos: [],
})

function serve(first: LoadBalancing) {
  const { ports, launcher, timers } = fakeWorld(() => exits(0))
  const pings: string[] = []
  const serving = new Serving(
    read(first),
    {
      ...ports,
      wallMs: () => 0,
      createAlarm: () => ({ set: () => undefined, close: () => undefined }),
      table: new IpvsInMemory(),
      addresses: () => [],
      trackedFiles: {
        readBeginning: () => Promise.resolve({ kind: 'missing' }),
        writeInitial: () => Promise.resolve(undefined),
        directoryIdentity: () => Promise.resolve(undefined),
        watchDirectory: () => undefined,
      },
      processTable: () => ({ look: () => Promise.resolve([]) }),
      openFifo: () => Promise.resolve(rejected('no FIFOs here')),
      record: {
        path: '/run/x.state',
        readNow: () => undefined,
        writeNow: () => accepted(undefined),
        replace: () => Promise.resolve(accepted(undefined)),
        overwriteBeginning: () => Promise.resolve(accepted(undefined)),
        remove: () => Promise.resolve(accepted(undefined)),
      },
      bootId: 'boot',
      openPingGroups: () => {
        pings.push('opened')
        return accepted(() => {
          pings.push('given back')
          return accepted(undefined)
        })
      },
    },
    log,
    undefined,
  )
  serving.start()
  return {
    apply: (other: LoadBalancing, tls?: Read['tls']) => {
      serving.apply(read(other, tls))
    },
    stop: () => serving.stop(false),
    pings,
    /** Since the last time. */
    run: () => {
      timers.advance(microseconds(0))
      return launcher.programs.splice(0).map(({ argv }) => argv.join(' '))
    },
  }
}

const one = realServer('10.9.0.1', { notifyDown: command('/n down 1'), notifyUp: command('/n up 1') })
const two = realServer('10.9.0.2', { notifyDown: command('/n down 2') })

test('a reload tells those who go with it by the scripts that they had, which the file has no more', () => {
  const quorum = { quorumUp: command('/n quorum up'), quorumDown: command('/n quorum down') }
  const host = serve(loadBalancing(virtualServer([one, two], quorum)))
  expect(host.run()).toEqual(['/n quorum up'])
  host.apply(loadBalancing(virtualServer([one], quorum)))
  expect(host.run()).toEqual(['/n down 2'])
  host.apply(
    loadBalancing(
      virtualServer([two], {
        target: { kind: 'address', protocol: 'tcp', address: ip('10.8.0.9'), port: 80 },
      }),
    ),
  )
  expect(host.run()).toEqual(['/n down 1', '/n quorum down'])
})

test('the host lets pings out while there is a PING_CHECK', async () => {
  const pinged = loadBalancing(virtualServer([realServer('10.9.0.1', { checkers: [ping] })]))
  const host = serve(loadBalancing(virtualServer([one])))
  expect(host.pings).toEqual([])
  host.apply(pinged)
  host.apply(pinged)
  expect(host.pings).toEqual(['opened'])
  host.apply(loadBalancing(virtualServer([one])))
  expect(host.pings).toEqual(['opened', 'given back'])
  host.apply(pinged)
  await host.stop()
  expect(host.pings).toEqual(['opened', 'given back', 'opened', 'given back'])
})

test('a reload takes the certificate of SSL as it is now, and goes on without one that cannot be used', () => {
  const host = serve(loadBalancing(virtualServer([one])))
  errors.length = 0
  host.apply(loadBalancing(virtualServer([one])), {
    certificate: Buffer.from('no certificate'),
    key: undefined,
    password: undefined,
  })
  expect(errors.map((text) => text.slice(0, 42))).toEqual(['SSL: the client certificate cannot be used'])
})
