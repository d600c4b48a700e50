/** Who is Master: elections, ends and returns. */

import { seconds } from '../../../src/base/time.ts'
import { byHost, crashAndReturn, elect, global, higherOnA, instance, leaveInGoodOrder } from './kit.ts'
import { everyPairing, onlyOnA, onlyOnB, type Scenario, takeover, tellAlike } from './matrix.ts'

const scenarios: readonly Scenario[] = [
  {
    name: 'election, crash, takeover, return with preemption, both leave in good order',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async (story) => {
      const { b, phase } = story
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
      await b.daemon().stop('SIGINT')
      await phase('both ended')
    },
    pairings: everyPairing,
  },
  {
    name: 'the Backup crashes, returns, leaves, returns: nobody minds',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await b.daemon().kill()
      await b.start()
      await phase('b is back', takeover(100))
      await b.daemon().stop()
      await phase('b has left')
      await b.start()
      await phase('b is back again', takeover(100))
    },
  },
  {
    name: 'three routers, and the first two die',
    hosts: ['a', 'b', 'c'],
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, c, phase }) => {
      await elect(a, b)
      await c.start()
      await phase('a elected', takeover(50))
      await a.daemon().kill()
      await b.gains()
      await phase('b took over')
      await b.daemon().stop()
      await c.gains()
      await phase('c took over')
      await a.returns()
      await c.loses()
      await phase('a is back')
    },
    pairings: everyPairing,
  },
  {
    name: 'equal priorities: the higher address wins once both are Master',
    config: (_host, { notify }) => global() + instance({ more: notify }),
    run: async ({ a, b, phase }) => {
      await a.host.setReachable(false)
      await Promise.all([a.start(), b.start()])
      await Promise.all([a.gains(), b.gains()])
      await phase('both are Master')
      await a.host.setReachable(true)
      await a.loses()
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: everyPairing,
  },
  {
    name: 'equal priorities: who is Master stays it, whatever the addresses',
    config: (_host, { notify }) => global() + instance({ more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a, with the lower address, stays', takeover(100))
      await a.daemon().stop()
      await b.gains()
      await a.start()
      await phase('b, with the higher one, stays', takeover(100))
    },
  },
  {
    name: 'the owner takes its address at once, and again after a crash',
    config: (host, { notify }) =>
      global() +
      instance({ priority: byHost({ a: 255, b: 100 })(host), more: notify }).replace(
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
      await a.daemon().kill()
      await b.gains()
      await phase('b took over')
      await a.start()
      await b.loses()
      await phase('the owner is back')
    },
    // The new owner's first advert may be answered before it is heard.
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'vrrp_strict',
    config: (host, { notify }) =>
      global('vrrp_strict') + instance({ priority: higherOnA(host), auth: 'none', more: notify }),
    run: async (story) => {
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
    },
  },
  {
    name: 'state MASTER without a priority is the owner',
    config: (host, { notify }) =>
      (global() + instance({ priority: higherOnA(host), more: notify }))
        .replace('priority 150\n', '')
        .replace('state BACKUP', host === 'a' ? 'state MASTER' : 'state BACKUP'),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains()
      await phase('a elected')
      await a.daemon().stop()
      await phase('ended')
    },
    pairings: onlyOnA,
  },
  {
    name: 'an interval of 3 s',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), advertInterval: 3, more: notify }),
    run: async ({ a, b, phase }) => {
      await a.start()
      await a.host.holdsWithin('10.9.0.100', takeover(150, seconds(4)))
      await b.start()
      await phase('a elected', seconds(4))
      await a.daemon().stop()
      await b.gains()
      await phase('a has left', seconds(4))
    },
    pairings: onlyOnB,
  },
]

tellAlike(scenarios)
