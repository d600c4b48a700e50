/** What a Master has in the kernel, and what others do to it. */

import { seconds } from '../../../src/base/time.ts'
import { answers } from '../answers.ts'
import { elect, global, higherOnA, instance, leaveInGoodOrder, twoLans } from './kit.ts'
import { onlyOnA, onlyOnB, type Scenario, tellAlike, VIP } from './matrix.ts'

const scenarios: readonly Scenario[] = [
  {
    name: 'addresses with every option, and routes',
    lans: twoLans,
    routeTables: ['main', '123'],
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        vips: [
          `${VIP}/24 brd 10.9.0.255 dev eth0 scope global label eth0:one`,
          '10.9.0.101',
          '10.8.0.102/24 dev eth1 brd + label eth1:two',
          '10.9.0.103/32 scope link',
          '10.9.5.104/22 brd -',
        ],
        more: `
  virtual_routes {
    src ${VIP} to 192.168.109.0/24 via 10.9.0.254 dev eth0
    192.168.110.0/24 via 10.9.0.254 dev eth0
    192.168.111.0/24 dev eth1
    192.168.112.0/24 gw 10.9.0.253
    192.168.113.0/24 via 10.9.0.254 dev eth0 table 123 metric 77
    192.168.114.0/24 dev eth0 scope link mtu 1400
    blackhole 192.168.115.0/24
  }
  ${notify}`,
      }),
    run: async (story) => {
      const { a, b, phase } = story
      await elect(a, b, '10.9.5.104')
      await phase('a has all')
      await leaveInGoodOrder(story)
    },
  },
  {
    name: 'excluded addresses, routes and rules go where the Master is',
    routeTables: ['main', '123'],
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        more: `
  virtual_ipaddress_excluded {
    10.9.0.110/24
    10.9.0.111
  }
  virtual_routes {
    192.168.110.0/24 via 10.9.0.254 dev eth0 table 123
  }
  virtual_rules {
    from 192.168.120.0/24 table 123 priority 1000
    fwmark 5 table 123 priority 1001
  }
  ${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, '10.9.0.111')
      await phase('a has all')
      await a.host.setCable('down')
      await b.gains('10.9.0.111')
      await phase('b has all, a in FAULT nothing')
      await a.host.setCable('up')
      await a.gains('10.9.0.111')
      await b.loses('10.9.0.111')
      await phase('a has all again')
    },
  },
  {
    name: 'a virtual address removed by somebody else',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.ip('addr', 'del', `${VIP}/24`, 'dev', 'eth0')
      await a.gains()
      await phase('a has it again')
      await b.daemon().stop()
    },
    pairings: onlyOnA,
  },
  {
    name: 'a virtual address is there before the start',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await b.start()
      await b.gains()
      await a.host.ip('addr', 'add', `${VIP}/24`, 'dev', 'eth0')
      await a.returns()
      await b.loses()
      await phase('a elected')
      await a.daemon().stop()
      await b.gains()
      await phase('a has left')
    },
    pairings: onlyOnA,
  },
  {
    name: 'somebody adds a virtual address on the Backup',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(b, a)
      await a.gains()
      await b.loses()
      await phase('a elected')
      await b.host.ip('addr', 'add', `${VIP}/24`, 'dev', 'eth0')
      await phase('b has it, too, and leaves it')
      await b.daemon().stop()
      await phase('b has left')
    },
    pairings: onlyOnB,
  },
  {
    name: 'no_accept',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `no_accept\n${notify}` }),
    run: async ({ a, b, router, phase }) => {
      const told = async (): Promise<string> => ((await answers(router, VIP)) ? 'answers' : 'says nothing')
      await elect(a, b)
      await phase(`a elected, ${await told()}`)
      await a.daemon().stop()
      await b.gains()
      await phase(`b took over, ${await told()}`)
    },
  },
  {
    name: 'somebody removes a virtual route',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        more: `virtual_routes {\n 192.168.110.0/24 via 10.9.0.254 dev eth0\n 192.168.111.0/24 via 10.9.0.254 dev eth0 no_track\n}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.ip('route', 'del', '192.168.111.0/24')
      await phase('nobody minds')
      await a.host.ip('route', 'del', '192.168.110.0/24')
      await wait(seconds(3))
      await a.gains()
      await phase('a is Master again', seconds(3))
    },
    pairings: onlyOnA,
    compare: ['addresses', 'routes', 'notifies'],
    mayCross: true,
  },
  {
    name: 'somebody removes a virtual rule',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        more: `virtual_rules {\n from 192.168.120.0/24 table 123 priority 1000\n}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.ip('rule', 'del', 'priority', '1000')
      await wait(seconds(3))
      await a.gains()
      await phase('a is Master again', seconds(3))
    },
    pairings: onlyOnA,
    compare: ['addresses', 'rules', 'notifies'],
    mayCross: true,
  },
]

tellAlike(scenarios)
