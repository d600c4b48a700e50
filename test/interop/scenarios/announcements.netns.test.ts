/** How the neighbours hear of a Master’s addresses. */

import { seconds } from '../../../src/base/time.ts'
import { craftAdvert } from '../../support/lab/craft.ts'
import { global, higherOnA, instance, reload } from './kit.ts'
import { onlyOnA, type Scenario, tellAlike, VIP } from './matrix.ts'

const scenarios: readonly Scenario[] = [
  {
    name: 'the second burst of gratuitous ARP after garp_master_delay',
    config: (_host, { notify }) =>
      global() +
      instance({
        garpMasterDelay: 4,
        more: `garp_master_repeat 3\n${notify}`,
        vips: [`${VIP}/24`, '10.9.0.101/24'],
      }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains('10.9.0.101')
      await phase('first burst')
      await phase('second burst', seconds(5))
    },
    pairings: onlyOnA,
  },
  {
    name: 'garp_master_refresh: now and then, one for each address',
    config: (_host, { notify }) =>
      global() +
      instance({
        garpMasterDelay: 0,
        more: `garp_master_repeat 2\ngarp_master_refresh 5\ngarp_master_refresh_repeat 3\n${notify}`,
        vips: [`${VIP}/24`, '10.9.0.101/24'],
      }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains('10.9.0.101')
      await phase('first burst')
      await phase('one refresh', seconds(5))
      await phase('another one', seconds(5))
    },
    pairings: onlyOnA,
  },
  {
    name: 'garp_lower_prio_repeat, garp_lower_prio_delay: a Master that hears a lower one says who it is',
    config: (_host, { notify }) =>
      global() +
      instance({ auth: 'none', more: `garp_lower_prio_repeat 2\ngarp_lower_prio_delay 4\n${notify}` }),
    run: async ({ a, router, phase }) => {
      await a.start()
      await a.gains()
      await phase('a elected')
      await router.inject(craftAdvert({ source: '10.9.0.9', vrid: 51, priority: 50, addresses: [VIP] }))
      await phase('it answers')
      await phase('and again', seconds(5))
    },
    compare: ['addresses', 'arps', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'a reload adds an address: it is announced twice',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), garpMasterDelay: 4, more: notify }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains()
      await phase('a elected', seconds(6))
      await reload(a, (text) => text.replace('10.9.0.100/24', '10.9.0.100/24\n 10.9.0.101/24'))
      await a.gains('10.9.0.101')
      await phase('one more')
      await phase('later', seconds(5))
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
