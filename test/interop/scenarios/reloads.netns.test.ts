/** What a new configuration changes, on either side, while the other goes on. */

import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance, reload } from './kit.ts'
import { everyPairing, onlyOnA, onlyOnB, type Scenario, takeover, tellAlike } from './matrix.ts'

const SECOND_VIP = '10.9.0.101'
const THIRD_VIP = '10.9.0.102'

const scenarios: readonly Scenario[] = [
  {
    name: 'a Master stays Master, and only what differs is changed',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        vips: ['10.9.0.100/24', `${SECOND_VIP}/24`],
        more: `virtual_routes {\n 192.168.110.0/24 via 10.9.0.254 dev eth0\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await reload(a, (text) => text)
      await phase('nothing has changed')
      const another = (text: string): string =>
        text.replace(`${SECOND_VIP}/24`, `${THIRD_VIP}/24`).replaceAll('192.168.110.0', '192.168.120.0')
      // Both: a Backup that is keepalived 2.2.7 obeys nobody who has other addresses.
      await Promise.all([reload(a, another), reload(b, another)])
      await a.gains(THIRD_VIP)
      await phase('another address and route')
      await reload(a, (text) => text.replace('priority 150', 'priority 50'))
      await b.gains()
      await phase('b is the better one')
    },
    pairings: everyPairing,
  },
  {
    name: 'an instance becomes another',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      const other = (text: string): string => text.replace('virtual_router_id 51', 'virtual_router_id 52')
      await Promise.all([reload(a, other), reload(b, other)])
      await a.loses()
      await a.gains()
      await phase('the other instance is elected')
    },
  },
  {
    name: 'an instance comes, and goes',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      const second = (priority: number): string =>
        instance({ name: 'VI_2', vrid: 52, vips: [`${SECOND_VIP}/24`], priority })
      await elect(a, b)
      await phase('a elected')
      await reload(b, (text) => text + second(100))
      await b.gains(SECOND_VIP)
      await reload(a, (text) => text + second(150))
      await a.gains(SECOND_VIP)
      await b.loses(SECOND_VIP)
      await phase('both have the second')
      await reload(a, (text) => text.replace(second(150), ''))
      await b.gains(SECOND_VIP)
      await phase('only b has it')
    },
  },
  {
    name: 'a password changes on one side, then on the other',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      const another = (text: string): string => text.replace('auth_pass 1111', 'auth_pass 2222')
      await elect(a, b)
      await reload(a, another)
      await b.gains()
      await phase('both are Master')
      await reload(b, another)
      await b.loses()
      await phase('they agree again', takeover(100))
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'the Backup’s priority is raised, and lowered again',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await reload(b, (text) => text.replace('priority 100', 'priority 200'))
      await b.gains()
      await a.loses()
      await phase('b has preempted')
      await reload(b, (text) => text.replace('priority 200', 'priority 100'))
      await a.gains()
      await b.loses()
      await phase('a has preempted')
    },
    pairings: onlyOnB,
  },
  {
    name: 'the interval changes on both sides',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      const slower = (text: string): string => text.replace('advert_int 1', 'advert_int 2')
      await elect(a, b)
      await phase('a elected')
      await Promise.all([reload(a, slower), reload(b, slower)])
      await phase('nobody minds', takeover(100, seconds(2)))
      await a.daemon().kill()
      await b.host.holdsWithin('10.9.0.100', takeover(100, seconds(3)))
      await phase('b took over')
    },
  },
  {
    name: 'nopreempt comes by a reload',
    config: (host, { notify }) =>
      global() + instance({ priority: byHost({ a: 50, b: 100 })(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await reload(a, (text) => text.replace('priority 50', 'priority 150\nnopreempt'))
      await phase('a stays Backup', takeover(150))
      await reload(a, (text) => text.replace('nopreempt\n', ''))
      await a.gains()
      await b.loses()
      await phase('a has preempted')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a script begins to be tracked, and no longer is',
    config: (host, { notify, check }) =>
      `${global()}vrrp_script chk {\n script "${check}"\n interval 1\n}\n` +
      instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      const tracked = 'track_script {\n chk\n}\n'
      await a.check.fail()
      await elect(a, b)
      await phase('a elected')
      await reload(a, (text) => text.replace('virtual_ipaddress', `${tracked}virtual_ipaddress`))
      await b.gains()
      await a.loses()
      await phase('a in FAULT')
      await reload(a, (text) => text.replace(tracked, ''))
      await a.gains()
      await b.loses()
      await phase('a is back')
    },
    compare: ['addresses'],
    mayCross: true,
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
