/** Instances, addresses and groups that come and go by a new configuration. */

import { sometime } from './figures.ts'
import { elect, global, higherOnA, instance, reload, twoLans } from './kit.ts'
import { everyPairing, onlyOnA, type Scenario, takeover, tellAlike } from './matrix.ts'

const SECOND_VIP = '10.9.0.101'
const THIRD_VIP = '10.9.0.102'

const OTHER_LINK_VIP = '10.8.0.100'

const pair = (priority: number, more: string): string =>
  instance({ priority, more }) +
  instance({ name: 'VI_2', link: 'eth1', vrid: 52, priority, vips: [`${OTHER_LINK_VIP}/24`], more })

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
      await a.daemon().logs(/Entering MASTER STATE[^]*Entering MASTER STATE/, sometime)
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
    name: 'two instances become a group, and no longer are',
    lans: twoLans,
    config: (host, { notify }) => global() + pair(higherOnA(host), notify),
    run: async ({ a, b, phase }) => {
      const group = 'vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n'
      await elect(a, b)
      await a.gains(OTHER_LINK_VIP, 'eth1')
      await phase('a elected')
      await reload(a, (text) => text.replace('vrrp_instance VI_1', `${group}vrrp_instance VI_1`))
      await phase('reloaded a')
      await reload(b, (text) => text.replace('vrrp_instance VI_1', `${group}vrrp_instance VI_1`))
      await phase('reloaded b')
      await a.host.setCable('down', 'eth1')
      await b.gains()
      await b.gains(OTHER_LINK_VIP, 'eth1')
      await phase('b has both')
      await reload(a, (text) => text.replace(group, ''))
      await phase('a without a group', takeover(150))
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'an instance with routes and rules goes and is back',
    routeTables: ['main', '123'],
    config: (host, { notify }) =>
      global() +
      instance({ priority: higherOnA(host), more: notify }) +
      instance({
        name: 'VI_2',
        vrid: 52,
        vips: ['10.9.0.101/24'],
        priority: higherOnA(host),
        more: `virtual_routes {\n 192.168.110.0/24 via 10.9.0.254 dev eth0 table 123\n}\nvirtual_rules {\n from 192.168.120.0/24 table 123 priority 1000\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.gains('10.9.0.101')
      await phase('a has both')
      let before = ''
      await reload(a, (text) => {
        before = text
        return text.slice(0, text.indexOf('vrrp_instance VI_2'))
      })
      await b.gains('10.9.0.101')
      await phase('b has one')
      await reload(a, () => before)
      await a.gains('10.9.0.101')
      await b.loses('10.9.0.101')
      await phase('a has both again')
    },
    pairings: onlyOnA,
  },
  {
    name: 'addresses with another prefix, another label, and excluded ones',
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        vips: ['10.9.0.100/24', '10.9.0.101/32', '10.9.0.102/24 label eth0:x'],
        more: notify,
      }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains('10.9.0.102')
      await phase('a elected')
      await reload(a, (text) =>
        text.replace('10.9.0.101/32', '10.9.0.101/24').replace('label eth0:x', 'label eth0:y'),
      )
      await phase('other prefix, other label')
      await reload(a, (text) =>
        text
          .replace('10.9.0.100/24', '10.9.0.103/24')
          .replace(
            'virtual_ipaddress {',
            'virtual_ipaddress_excluded {\n 10.9.0.110/24\n }\n virtual_ipaddress {',
          ),
      )
      await a.gains('10.9.0.110')
      await phase('excluded')
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
