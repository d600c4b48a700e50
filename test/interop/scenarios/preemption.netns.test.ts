/** Who takes over from whom, when, and with what words. */

import { expect } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { craftAdvert } from '../../support/lab/craft.ts'
import { wallNow } from '../../support/lab/time.ts'
import { elect, global, higherOnA, instance } from './kit.ts'
import { onlyOnA, onlyOnB, type Scenario, settle, takeover, tellAlike, VIP } from './matrix.ts'

const scenarios: readonly Scenario[] = [
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
    name: 'preempt_delay',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `preempt_delay 10\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await b.start()
      await b.gains()
      await a.start()
      // The first advert heard starts the delay; a plain preemption would be over by then.
      await phase('a still waits', seconds(6))
      await a.host.holdsWithin(VIP, seconds(16))
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
    // An answer that crosses the Master's advert is answered by more ARP.
    compare: ['addresses', 'adverts', 'notifies'],
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
    name: 'nopreempt: back from a fault it stays Backup',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `nopreempt\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.setCable('down')
      await b.gains()
      await a.host.setCable('up')
      await phase('a is back as Backup', takeover(150))
      await b.host.setCable('down')
      await a.gains()
      await phase('b in FAULT')
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
