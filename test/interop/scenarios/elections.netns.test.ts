/** Who is Master: elections, ends and returns, delays. */

import { expect } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { craftAdvert } from '../../support/lab/craft.ts'
import { wallNow } from '../../support/lab/time.ts'
import { byHost, crashAndReturn, elect, global, higherOnA, instance, leaveInGoodOrder } from './kit.ts'
import { everyPairing, onlyOnA, onlyOnB, type Scenario, settle, takeover, tellAlike, VIP } from './matrix.ts'

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
    name: 'nopreempt: the returning router stays Backup',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `nopreempt\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await b.start()
      await b.gains()
      await phase('b elected alone')
      await a.start()
      await phase('a stays Backup', takeover(150))
      await b.daemon().stop()
      await a.gains()
      await phase('a takes over from a leaving b')
    },
  },
  {
    name: 'nopreempt: the preferred router is restarted, and then crashes',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `nopreempt\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.daemon().stop()
      await b.gains()
      await a.start()
      await phase('b stays Master', takeover(150))
      await b.daemon().kill()
      await a.gains()
      await b.start()
      await b.loses()
      await phase('a stays Master', takeover(100))
    },
  },
  {
    name: 'nopreempt with state MASTER preempts all the same',
    config: (host, { notify }) =>
      (global() + instance({ priority: higherOnA(host), more: `nopreempt\n${notify}` })).replace(
        'state BACKUP',
        'state MASTER',
      ),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await a.gains()
      await b.loses()
      await phase('a has preempted')
    },
    pairings: onlyOnA,
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
    name: 'preempt_delay',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `preempt_delay 6\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await b.start()
      await b.gains()
      await a.start()
      // The first advert heard starts the delay; a plain preemption would be over by then.
      await phase('a still waits', seconds(6))
      await a.host.holdsWithin(VIP, seconds(12))
      await b.loses()
      await phase('a has preempted')
    },
    pairings: onlyOnA,
  },
  {
    name: 'preempt_delay does not hold back who hears no Master',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `preempt_delay 30\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await phase('a waits', takeover(150))
      await b.daemon().kill()
      await a.gains()
      await phase('a took over')
    },
    pairings: onlyOnA,
  },
  {
    name: 'down_timer_adverts',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `down_timer_adverts 8\n${notify}` }),
    run: async ({ a, b, phase, wait }) => {
      await a.start()
      await phase('a waits longer than usual', seconds(5))
      await a.gains()
      await b.start()
      await b.daemon().logs('Entering BACKUP STATE', seconds(10))
      await wait(settle)
      await phase('a elected')
      await a.daemon().kill()
      await phase('b still waits', seconds(5))
      await b.gains()
      await phase('b took over')
    },
    compare: ['addresses', 'arps', 'notifies'],
    pairings: onlyOnB,
  },
  {
    name: 'higher_prio_send_advert: a Master that yields says so',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `higher_prio_send_advert\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await a.gains()
      await b.loses()
      await phase('a has preempted')
    },
    mayCross: true,
    pairings: onlyOnB,
  },
  {
    name: 'lower_prio_no_advert: a Master leaves lower ones unanswered',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `lower_prio_no_advert\n${notify}` }),
    run: async ({ a, router, phase, wait }) => {
      await a.start()
      await a.gains()
      const [capture, since] = [await router.capture(), wallNow()]
      const lower = craftAdvert({
        source: '10.9.0.3',
        vrid: 51,
        priority: 90,
        addresses: [VIP],
        password: '1111',
      })
      await router.inject(Array.from({ length: 30 }, () => lower))
      await wait(seconds(1))
      const said = (await capture.adverts(since)).filter(({ priority }) => priority === 150)
      // One a second; an answer to each would be thirty.
      expect(said.length).toBeLessThan(15)
      await phase('a is Master all the same')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
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
]

tellAlike(scenarios)
