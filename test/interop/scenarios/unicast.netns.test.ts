/** Unicast, and groups of one's own. */

import { seconds } from '../../../src/base/time.ts'
import {
  byHost,
  crashAndReturn,
  elect,
  global,
  higherOnA,
  instance,
  leaveInGoodOrder,
  reload,
  twoLans,
} from './kit.ts'
import { everyPairing, type HostName, onlyOnA, type Scenario, takeover, tellAlike } from './matrix.ts'

const OTHER_VIP = '10.9.0.101'
const ROUTED_VIP = '10.77.0.1'
const ownAddress = byHost({ a: '10.9.0.1', b: '10.9.0.2' })
const peerAddress = byHost({ a: '10.9.0.2', b: '10.9.0.1' })
const lowerOnA = byHost({ a: 100, b: 150 })
/** It sees what is sent to it, and therefore when the others are spoken to. */
const WITNESS = '10.9.0.3'

const unicast = (host: HostName, more: readonly string[] = [WITNESS]): string =>
  `unicast_peer {\n ${[peerAddress(host), ...more].join('\n ')}\n}`

const withSource = (host: HostName, more?: readonly string[]): string =>
  `unicast_src_ip ${ownAddress(host)}\n${unicast(host, more)}`

const scenarios: readonly Scenario[] = [
  {
    name: 'unicast: election, crash, takeover, return, leaving in good order',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `${withSource(host)}\n${notify}` }),
    run: async (story) => {
      await crashAndReturn(story)
      await leaveInGoodOrder(story)
    },
    pairings: everyPairing,
  },
  {
    name: 'unicast with authentication headers and a TTL of 64',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        auth: 'AH secret',
        more: `unicast_ttl 64\n${unicast(host)}\n${notify}`,
      }),
    run: async (story) => {
      const { a, b, phase } = story
      await elect(a, b)
      await phase('a elected', takeover(100))
      await leaveInGoodOrder(story)
    },
  },
  {
    name: 'unicast over a router',
    lans: twoLans,
    config: (host, { notify }) =>
      global() +
      instance({
        link: byHost({ a: 'eth0', b: 'eth1' })(host),
        priority: higherOnA(host),
        vips: [`${ROUTED_VIP}/24`],
        more: `unicast_peer {\n ${byHost({ a: '10.8.0.2 min_ttl 254', b: '10.9.0.1' })(host)}\n}\n${notify}`,
      }),
    run: async ({ a, b, router, phase }) => {
      await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'])
      await a.host.ip('route', 'add', '10.8.0.2/32', 'via', '10.9.0.3')
      await b.host.ip('route', 'add', '10.9.0.1/32', 'via', '10.8.0.3')
      await elect(a, b, ROUTED_VIP)
      await phase('b hears a', takeover(100))
      await a.daemon().stop()
      await b.gains(ROUTED_VIP, 'eth1')
      await phase('b took over')
      await a.start()
      await a.gains(ROUTED_VIP)
      await b.loses(ROUTED_VIP, 'eth1')
      await phase('a is back')
    },
    compare: ['addresses', 'adverts', 'notifies'],
  },
  {
    name: 'reload: peers come and go, and nobody changes state',
    config: (host, { notify }) =>
      global() + instance({ priority: higherOnA(host), more: `${withSource(host, [])}\n${notify}` }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected, unseen')
      await reload(a, (text) => text.replace(peerAddress('a'), `${peerAddress('a')}\n${WITNESS}`))
      await phase('a has one peer more')
      await reload(a, (text) => text.replace(WITNESS, '10.9.0.77'))
      await phase('another one instead', seconds(2))
      await reload(a, (text) => text.replace(peerAddress('a'), WITNESS))
      await b.gains()
      await phase('b is no peer any more')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'one VRID three times on one link: by another group, by unicast, and as usual',
    config: (host, { notify }) =>
      global() +
      instance({ priority: higherOnA(host), more: `mcast_dst_ip 224.0.0.99\n${notify}` }) +
      instance({
        name: 'VI_2',
        vips: [`${OTHER_VIP}/24`],
        priority: lowerOnA(host),
        more: `${unicast(host)}\n${notify}`,
      }) +
      instance({ name: 'VI_3', vips: ['10.9.0.102/24'], priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b, '10.9.0.102')
      await b.gains(OTHER_VIP)
      await phase('each has its own', takeover(100))
      await a.daemon().stop()
      await b.gains()
      await phase('b has all')
    },
    compare: ['addresses', 'arps', 'notifies'],
  },
]

tellAlike(scenarios)
