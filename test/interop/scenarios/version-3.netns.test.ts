/** Version 3 over IPv4: elections at intervals below a second, learned intervals, and its meetings with version 2. */

import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { Lab } from '../../support/lab.ts'
import { needs } from '../../support/privileges.ts'
import {
  byHost,
  crashAndReturn,
  elect,
  global,
  higherOnA,
  instance,
  leaveInGoodOrder,
  reload,
  type InstanceOptions,
} from './kit.ts'
import {
  everyPairing,
  onlyOnA,
  onlyOnB,
  type HostName,
  type Scenario,
  takeover,
  tellAlike,
} from './matrix.ts'

const version3 = ({ more = '', ...options }: InstanceOptions): string =>
  instance({ auth: 'none', ...options, more: `version 3\n${more}` })

const peerAddress = byHost({ a: '10.9.0.2', b: '10.9.0.1' })
const unicast = (host: HostName): string => `unicast_peer {\n ${peerAddress(host)}\n}`

const scenarios: readonly Scenario[] = [
  {
    name: 'version 3: election, crash, takeover, return with preemption, both leave in good order',
    config: (host, { notify }) => global() + version3({ priority: higherOnA(host), more: notify }),
    run: async (story) => {
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
      await story.b.daemon().stop('SIGINT')
      await story.phase('both ended')
    },
    pairings: everyPairing,
  },
  {
    name: 'version 3, four adverts a second',
    config: (host, { notify }) =>
      global('vrrp_version 3') +
      instance({ auth: 'none', advertInterval: 0.25, priority: higherOnA(host), more: notify }),
    run: async (story) => {
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
    },
    pairings: everyPairing,
  },
  {
    name: 'version 3 with nopreempt',
    config: (host, { notify }) =>
      global() + version3({ advertInterval: 0.5, priority: higherOnA(host), more: `nopreempt\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await phase('b stays', takeover(150))
      await b.daemon().kill()
      await a.gains()
      await phase('a took over')
    },
  },
  {
    name: 'version 3: the Backup goes by its master’s interval, and by its own as Master',
    config: (host, { notify }) =>
      global() +
      version3({
        priority: higherOnA(host),
        advertInterval: byHost({ a: 0.5, b: 8 })(host),
        more: notify,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected', seconds(2))
      await a.daemon().kill()
      // By its own interval it would have to wait for 28 s.
      await b.host.holdsWithin('10.9.0.100', seconds(12))
      await phase('b took over')
      await a.start()
      await b.loses()
      await phase('a is back')
    },
    pairings: everyPairing,
  },
  {
    name: 'version 3 by unicast',
    config: (host, { notify }) =>
      global() + version3({ priority: higherOnA(host), more: `${unicast(host)}\n${notify}` }),
    run: async (story) => {
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
    },
  },
  {
    name: 'old_unicast_checksum: the old sum of a better router is accepted',
    config: (host, { notify }) =>
      global() +
      version3({
        priority: byHost({ a: 100, b: 150 })(host),
        more: `${unicast(host)}\n${byHost({ a: '', b: 'old_unicast_checksum' })(host)}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await phase('b elected', takeover(100))
      await b.daemon().stop()
      await a.gains()
      await phase('b has left')
    },
  },
  {
    name: 'version 2 and version 3 on one VRID: two masters',
    config: (host, { notify }) =>
      global() +
      instance({
        auth: 'none',
        priority: higherOnA(host),
        more: `version ${byHost({ a: 2, b: 3 })(host)}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await Promise.all([a.start(), b.start()])
      await Promise.all([a.gains(), b.gains()])
      await phase('both are Master', takeover(100))
    },
    compare: ['addresses', 'arps', 'notifies'],
    mayCross: true,
  },
  {
    name: 'from version 2 to version 3 and back by reloads: nobody notices',
    config: (host, { notify }) =>
      global() + instance({ auth: 'none', priority: higherOnA(host), more: `version 2\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      for (const [from, to] of [
        ['version 2', 'version 3'],
        ['version 3', 'version 2'],
      ] as const) {
        await Promise.all([a, b].map((host) => reload(host, (text) => text.replace(from, to))))
        await phase(`${to} on both`, takeover(100))
      }
    },
    pairings: everyPairing,
  },
  {
    name: 'version 3: the owner takes its address at once',
    config: (host, { notify }) =>
      global() +
      version3({ priority: byHost({ a: 255, b: 100 })(host), more: notify }).replace(
        'state BACKUP',
        byHost({ a: 'state MASTER', b: 'state BACKUP' })(host),
      ),
    run: async ({ a, b, phase }) => {
      await b.start()
      await b.gains()
      await phase('b elected alone')
      await a.start()
      await a.gains()
      await b.loses()
      await phase('the owner is there')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: [...onlyOnA, ...onlyOnB],
  },
]

tellAlike(scenarios)

needs(
  'netns',
  'built',
  'keepalived',
)('version 3', () => {
  // 2.2.7 refuses the RFC's checksum where old_unicast_checksum stands, and is Master beside its better.
  test.concurrent('with old_unicast_checksum a master that has learned better is obeyed', async () => {
    const lab = await Lab.create({ hosts: ['a', 'b'] })
    try {
      const [a, b] = [lab.host('a'), lab.host('b')]
      const config = (host: HostName, priority: number, more = ''): string =>
        version3({ advertInterval: 0.2, priority, more: `${unicast(host)}\n${more}` })
      await a.start({ kind: 'keepalived', config: config('a', 150) })
      await a.holdsWithin('10.9.0.100', takeover(1, seconds(5)))
      const backup = await b.start({ kind: 'vrrpd', config: config('b', 100, 'old_unicast_checksum') })
      await backup.logs('Entering BACKUP STATE', seconds(20))
      await b.capture().then(async (capture) => {
        const before = (await capture.adverts()).length
        await expect
          .poll(async () => (await capture.adverts()).length, { timeout: 20_000 })
          .toBeGreaterThan(before + 20)
      })
      expect(await b.holds('10.9.0.100')).toBe(false)
    } finally {
      await lab.destroy()
    }
  })
})
