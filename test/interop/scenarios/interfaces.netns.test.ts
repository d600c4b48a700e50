/** What becomes of an instance with its interface and that interface’s own addresses. */

import { elect, global, higherOnA, instance, twoLans } from './kit.ts'
import { onlyOnA, type Scenario, tellAlike, VIP } from './matrix.ts'

const OTHER_VIP = '10.8.0.100'

const scenarios: readonly Scenario[] = [
  {
    name: 'own interface down and up',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.setCable('down')
      await b.gains()
      await phase('a in FAULT')
      await a.host.setCable('up')
      await a.gains()
      await phase('a preempts again')
    },
  },
  {
    name: 'own interface set down by the operator, and up',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.setLink('down')
      await b.gains()
      await phase('a in FAULT')
      await a.host.setLink('up')
      await a.gains()
      await phase('a preempts again')
    },
    pairings: onlyOnA,
  },
  {
    name: 'started with the interface down',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, phase }) => {
      await a.host.setCable('down')
      await a.host.carrierGone()
      await a.start()
      await phase('a in FAULT from the start')
      await a.host.setCable('up')
      await a.gains()
      await phase('a elected')
      await a.daemon().stop()
      await phase('stopped')
    },
    pairings: onlyOnA,
  },
  {
    name: 'dynamic_interfaces: the interface is taken out and put back',
    config: (host, { notify }) =>
      global('dynamic_interfaces') + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.removeLink()
      await b.gains()
      await a.host.restoreLink()
      await a.gains()
      await b.loses()
      await phase('a is back')
    },
    compare: ['addresses'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'the interface’s own address is replaced by another',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.ip('addr', 'add', '10.9.0.77/24', 'dev', 'eth0')
      await a.host.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries'])
      await a.host.ip('addr', 'del', '10.9.0.1/24', 'dev', 'eth0')
      await phase('a goes on with the other')
      await a.daemon().stop()
      await b.gains()
      await phase('a has left')
    },
    pairings: onlyOnA,
  },
  {
    name: 'the interface’s only address goes and comes back',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), vips: [`${VIP}/32`], more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.ip('addr', 'del', '10.9.0.1/24', 'dev', 'eth0')
      await b.gains()
      await phase('a in FAULT')
      await a.host.ip('addr', 'add', '10.9.0.1/24', 'dev', 'eth0')
      await a.gains()
      await b.loses()
      await phase('a is back')
    },
    pairings: onlyOnA,
  },
  {
    name: 'dont_track_primary and mcast_src_ip',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        more: `dont_track_primary\nmcast_src_ip 10.9.0.${host === 'a' ? 1 : 2}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.setCable('down')
      await b.gains()
      await phase('a has no carrier and does not mind')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'an address on another link whose carrier goes means FAULT',
    lans: twoLans,
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        vips: ['10.9.0.100/24', `${OTHER_VIP}/24 dev eth1`],
        more: notify,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.gains(OTHER_VIP, 'eth1')
      await phase('a elected')
      await a.host.setCable('down', 'eth1')
      await b.gains(OTHER_VIP, 'eth1')
      await phase('a in FAULT')
      await a.host.setCable('up', 'eth1')
      await a.gains(OTHER_VIP, 'eth1')
      await phase('a is back')
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
