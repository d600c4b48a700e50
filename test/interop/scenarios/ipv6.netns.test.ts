/** IPv6: elections from link-local addresses, neighbour advertisements, both families side by side. */

import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance, reload, type InstanceOptions } from './kit.ts'
import { everyPairing, type HostName, onlyOnA, type Scenario, takeover, tellAlike, VIP } from './matrix.ts'

const lans = [{ link: 'eth0', subnet: '10.9.0.0/24', ipv6: true }] as const

const LINK_LOCAL_VIP = 'fe80::100'
const GLOBAL_VIP = '2001:db8::100'
const OTHER_VIP = '2001:db8::101'
const vips = [`${LINK_LOCAL_VIP}/64`, `${GLOBAL_VIP}/64`]

const ipv6 = (options: InstanceOptions): string => instance({ auth: 'none', vips, ...options })

const own = byHost({ a: 'fe80::1', b: 'fe80::2' })
const peer = byHost({ a: 'fe80::2', b: 'fe80::1' })
const unicast = (host: HostName): string => `unicast_src_ip ${own(host)}\nunicast_peer {\n ${peer(host)}\n}`

const scenarios: readonly Scenario[] = [
  {
    name: 'IPv6: election, crash, takeover, return with preemption, both leave in good order',
    lans,
    config: (host, { notify }) => global() + ipv6({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, GLOBAL_VIP)
      await phase('a elected')
      await a.daemon().kill()
      await b.gains(GLOBAL_VIP)
      await phase('b took over')
      const daemon = await a.start()
      await daemon.logs('Entering MASTER STATE', takeover(1, seconds(2)))
      await b.loses(GLOBAL_VIP)
      await phase('a is back')
      await a.daemon().stop()
      await b.gains(GLOBAL_VIP)
      await phase('a left in good order')
      await b.daemon().stop('SIGINT')
      await phase('both ended')
    },
    pairings: everyPairing,
  },
  {
    name: 'IPv6: four adverts a second, and a Backup that learns them',
    lans,
    config: (host, { notify }) =>
      global() +
      ipv6({
        priority: higherOnA(host),
        advertInterval: byHost({ a: 0.25, b: 8 })(host),
        more: notify,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, GLOBAL_VIP)
      await phase('a elected', seconds(2))
      await a.daemon().kill()
      await b.host.holdsWithin(GLOBAL_VIP, seconds(12))
      await phase('b took over')
    },
  },
  {
    name: 'IPv6 by unicast',
    lans,
    config: (host, { notify }) =>
      global() + ipv6({ priority: higherOnA(host), more: `${unicast(host)}\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, GLOBAL_VIP)
      await phase('a elected', takeover(100))
      await a.daemon().stop()
      await b.gains(GLOBAL_VIP)
      await phase('a has left')
    },
  },
  {
    name: 'IPv6: equal priorities, the higher link-local address wins once both are Master',
    lans,
    config: (_host, { notify }) => global() + ipv6({ more: notify }),
    run: async ({ a, b, phase }) => {
      await a.host.setReachable(false)
      await Promise.all([a.start(), b.start()])
      await Promise.all([a.gains(GLOBAL_VIP), b.gains(GLOBAL_VIP)])
      await phase('both are Master')
      await a.host.setReachable(true)
      await a.loses(GLOBAL_VIP)
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: everyPairing,
  },
  {
    name: 'an IPv4 and an IPv6 instance share one VRID and one sync group',
    lans,
    config: (host, { notify }) =>
      `${global()}
vrrp_sync_group G {
  group {
    VI_4
    VI_6
  }
}
` +
      instance({ name: 'VI_4', auth: 'none', priority: higherOnA(host), more: `version 3\n${notify}` }) +
      ipv6({ name: 'VI_6', priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await a.start()
      await Promise.all([a.gains(), a.gains(GLOBAL_VIP)])
      await b.start()
      await b.daemon().logs(/entering BACKUP state/i, seconds(10))
      await phase('a elected', takeover(100))
      await a.daemon().stop()
      await Promise.all([b.gains(), b.gains(GLOBAL_VIP)])
      await phase('b has both')
    },
    // Which of the two is first to hear nobody takes the other along.
    mayCross: true,
  },
  {
    name: 'IPv6: addresses of the other family are excluded ones, and announced by their own means',
    lans,
    config: (host, { notify }) =>
      global() +
      ipv6({
        priority: higherOnA(host),
        more: `virtual_ipaddress_excluded {\n ${VIP}/24\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await a.start()
      await Promise.all([a.gains(), a.gains(GLOBAL_VIP)])
      await b.start()
      await phase('a elected', takeover(100))
      await a.daemon().stop()
      await Promise.all([b.gains(), b.gains(GLOBAL_VIP)])
      await phase('b has them')
    },
  },
  {
    name: 'IPv6: a reload adds an address and takes it away again, while Master',
    lans,
    config: (host, { notify }) => global() + ipv6({ priority: higherOnA(host), more: notify }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains(GLOBAL_VIP)
      await phase('a elected')
      await reload(a, (text) => text.replace(`${GLOBAL_VIP}/64`, `${GLOBAL_VIP}/64\n${OTHER_VIP}/64`))
      await a.gains(OTHER_VIP)
      await phase('one more')
      await reload(a, (text) => text.replace(`\n${OTHER_VIP}/64`, ''))
      await a.loses(OTHER_VIP)
      await phase('one less')
    },
    pairings: onlyOnA,
  },
  {
    name: 'IPv6: the link-local address goes, and comes back',
    lans,
    config: (host, { notify }) => global() + ipv6({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, GLOBAL_VIP)
      await phase('a elected', takeover(100))
      await a.host.ip('addr', 'del', 'fe80::1/64', 'dev', 'eth0')
      await a.loses(GLOBAL_VIP)
      await b.gains(GLOBAL_VIP)
      await phase('a is in FAULT')
      await a.host.ip('addr', 'add', 'fe80::1/64', 'dev', 'eth0', 'nodad')
      await b.loses(GLOBAL_VIP)
      await a.gains(GLOBAL_VIP)
      await phase('a is back')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
