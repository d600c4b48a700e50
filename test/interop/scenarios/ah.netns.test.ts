/** auth_type AH: mixed pairs elect one master in every order of events. */

import { microseconds, plus, seconds, times, type Duration } from '../../../src/base/time.ts'
import { wallNow } from '../../support/lab/time.ts'
import { byHost, crashAndReturn, elect, global, higherOnA, instance, leaveInGoodOrder } from './kit.ts'
import { everyPairing, type Scenario, takeover, tellAlike, VIP } from './matrix.ts'

const PASS_VIP = '10.9.0.200'
const auth = 'AH secret'

/**
 * A Master that was cut off, or began anew, has lower numbers than the other.
 * keepalived takes its adverts for recordings, and each one it rejects puts its
 * own next advert off (measured): two keepalived may say nothing until the
 * numbers have caught up. One is sent a second, so that takes as long as the one was alone, and that depends on
 * how long this machine takes to start the other.
 *
 * @param since when the one with the higher numbers had become Master
 */
const catchingUp = (since: number): Duration => plus(times(microseconds(wallNow() - since), 2), seconds(14))

const scenarios: readonly Scenario[] = [
  {
    name: 'AH: election, crash, takeover, return, a new beginning of the Backup, leaving in good order',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), auth, more: notify }),
    run: async (story) => {
      const { b, phase } = story
      await crashAndReturn(story)
      await b.daemon().kill()
      await b.start()
      await b.loses()
      await phase('b began anew', takeover(100))
      await leaveInGoodOrder(story)
      await b.daemon().stop()
      await phase('both ended')
    },
    pairings: everyPairing,
  },
  {
    name: 'AH: a reload that nobody notices',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), auth, more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      a.daemon().signal('SIGHUP')
      await phase('a has read its file again', takeover(100))
      b.daemon().signal('SIGHUP')
      await phase('b, too', takeover(100))
    },
  },
  {
    name: 'AH: the master crashes and is back before anybody took over',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), auth, more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      const alone = wallNow()
      await wait(seconds(2))
      await a.daemon().kill()
      await a.returns()
      // Its numbers begin again, which b takes for a recording; b's own ones tell it where they are.
      await wait(takeover(100))
      await a.gains()
      await b.host.lacksWithin(VIP, catchingUp(alone))
      await phase('a again')
    },
    compare: ['addresses'],
    mayCross: true,
  },
  {
    name: 'AH: a higher priority wins with lower numbers',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), auth, more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await a.host.setReachable(false)
      await b.start()
      await b.gains()
      const alone = wallNow()
      await wait(seconds(2))
      await a.start()
      await a.gains()
      await phase('both are Master')
      await a.host.setReachable(true)
      await b.host.lacksWithin(VIP, catchingUp(alone))
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'AH: equal priorities, and the lower numbers have the higher address',
    config: (_host, { notify }) => global() + instance({ auth, more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await b.host.setReachable(false)
      await a.start()
      await a.gains()
      const alone = wallNow()
      await wait(seconds(2))
      await b.start()
      await b.gains()
      await b.host.setReachable(true)
      await a.host.lacksWithin(VIP, catchingUp(alone))
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'AH beside PASS on one link',
    config: (host, { notify }) =>
      global() +
      instance({ priority: higherOnA(host), auth, more: notify }) +
      instance({
        name: 'VI_2',
        vrid: 52,
        vips: [PASS_VIP],
        priority: byHost({ a: 100, b: 150 })(host),
      }),
    run: async ({ a, b, phase }) => {
      await a.start()
      await Promise.all([a.gains(), a.gains(PASS_VIP)])
      await b.start()
      await b.gains(PASS_VIP)
      await phase('one each')
      await b.daemon().kill()
      await a.gains(PASS_VIP)
      await phase('a has both')
    },
    compare: ['addresses', 'notifies'],
  },
]

tellAlike(scenarios)
