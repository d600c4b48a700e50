/** Unicast and groups of one's own: keepalived's stories, told again by vrrpd alone and beside keepalived. */

import { readFile } from 'node:fs/promises'
import { test } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { promptly } from '../support/lab.ts'
import { needs } from '../support/privileges.ts'
import { expectSameStory, settle, takeover, type HostName, type Scenario, type StoryHost } from './matrix.ts'

const VIP = '10.9.0.100'
const OTHER_VIP = '10.9.0.101'
const priorities: Readonly<Record<HostName, number>> = { a: 150, b: 100 }
const addresses: Readonly<Record<HostName, string>> = { a: '10.9.0.1', b: '10.9.0.2' }
const otherThan = (host: HostName): HostName => (host === 'a' ? 'b' : 'a')
/** It sees what is sent to it, and therefore when the others are spoken to. */
const WITNESS = '10.9.0.3'

const global = `
global_defs {
  script_user root
  enable_script_security
}
`

interface InstanceOptions {
  readonly name?: string
  readonly link?: string
  readonly vip?: string
  readonly priority: number
  readonly more: string
}

const instance = ({ name = 'VI_1', link = 'eth0', vip = VIP, priority, more }: InstanceOptions): string => `
vrrp_instance ${name} {
  interface ${link}
  virtual_router_id 51
  priority ${priority}
  garp_master_delay 60
  ${more}
  virtual_ipaddress {
    ${vip}/24
  }
}
`

const unicast = (host: HostName, source?: string): string => `
  ${source === undefined ? '' : `unicast_src_ip ${source}`}
  unicast_peer {
    ${addresses[otherThan(host)]}
    ${WITNESS}
  }`

const authentication = (type: 'PASS' | 'AH'): string => `
  authentication {
    auth_type ${type}
    auth_pass secret
  }`

/** One after the other: who takes over first must not depend on who was started first. */
async function elect(a: StoryHost, b: StoryHost, vip: string = VIP): Promise<void> {
  await a.start()
  await a.host.holdsWithin(vip, takeover(150))
  await b.start()
  await b.daemon().logs('Entering BACKUP STATE', seconds(5))
}

async function reload({ daemon }: StoryHost, change: (text: string) => string): Promise<void> {
  const running = daemon()
  await running.rewrite(change(await readFile(running.configFile, 'utf8')))
  running.signal('SIGHUP')
}

const scenarios: readonly Scenario[] = [
  {
    name: 'unicast: election, crash, takeover, return, leaving in good order',
    config: (host, { notify }) =>
      global +
      instance({
        priority: priorities[host],
        more: `${unicast(host, addresses[host])}${authentication('PASS')}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.daemon().kill()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('b took over')
      await a.start()
      await a.host.lacksWithin(VIP, promptly)
      await a.host.holdsWithin(VIP, takeover(150))
      await b.host.lacksWithin(VIP, promptly)
      await wait(settle)
      await phase('a is back')
      await a.daemon().stop()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a left in good order')
    },
  },
  {
    name: 'unicast with authentication headers and a TTL of 64',
    config: (host, { notify }) =>
      global +
      instance({
        priority: priorities[host],
        more: `unicast_ttl 64\n${unicast(host)}${authentication('AH')}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(takeover(100))
      await phase('a elected')
      await a.daemon().stop()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a left in good order')
    },
    mayCross: true,
  },
  {
    name: 'unicast over a router',
    lans: [
      { link: 'eth0', subnet: '10.9.0.0/24' },
      { link: 'eth1', subnet: '10.8.0.0/24' },
    ],
    config: (host, { notify }) =>
      global +
      instance({
        link: host === 'a' ? 'eth0' : 'eth1',
        priority: priorities[host],
        vip: '10.77.0.1',
        more: `unicast_peer {\n ${host === 'a' ? '10.8.0.2 min_ttl 254' : '10.9.0.1'}\n}\n${notify}`,
      }),
    run: async ({ a, b, router, phase, wait }) => {
      await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'])
      await a.host.ip('route', 'add', '10.8.0.2/32', 'via', '10.9.0.3')
      await b.host.ip('route', 'add', '10.9.0.1/32', 'via', '10.8.0.3')
      await a.start()
      await a.host.holdsWithin('10.77.0.1', takeover(150))
      await b.start()
      await wait(takeover(100))
      await phase('b hears a')
      await a.daemon().stop()
      await b.host.holdsWithin('10.77.0.1', takeover(100), 'eth1')
      await wait(settle)
      await phase('b took over')
      await a.start()
      await a.host.holdsWithin('10.77.0.1', takeover(150))
      await b.host.lacksWithin('10.77.0.1', promptly, 'eth1')
      await wait(settle)
      await phase('a is back')
    },
    compare: ['addresses', 'adverts', 'notifies'],
  },
  {
    name: 'reload: peers come and go, and nobody changes state',
    config: (host, { notify }) =>
      global +
      instance({ priority: priorities[host], more: `${unicast(host, addresses[host])}\n${notify}` }).replace(
        WITNESS,
        '',
      ),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected, unseen')
      await reload(a, (text) => text.replace(addresses.b, `${addresses.b}\n${WITNESS}`))
      await wait(settle)
      await phase('a has one peer more')
      await reload(a, (text) => text.replace(WITNESS, '10.9.0.77'))
      await wait(plus(settle, milliseconds(500)))
      await phase('another one instead')
      await reload(a, (text) => text.replace(addresses.b, WITNESS))
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('b is no peer any more')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'one VRID twice on one link: by group, and by unicast',
    config: (host, { notify }) =>
      global +
      instance({ priority: priorities[host], more: `mcast_dst_ip 224.0.0.99\n${notify}` }) +
      instance({
        name: 'VI_2',
        vip: OTHER_VIP,
        priority: priorities[otherThan(host)],
        more: `${unicast(host)}\n${notify}`,
      }) +
      instance({ name: 'VI_3', vip: '10.9.0.102', priority: priorities[host], more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b, '10.9.0.102')
      await b.host.holdsWithin(OTHER_VIP, takeover(150))
      await wait(takeover(100))
      await phase('each has its own')
      await a.daemon().stop()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('b has all')
    },
    compare: ['addresses', 'arps', 'notifies'],
    mayCross: true,
  },
]

needs(
  'netns',
  'built',
  'tcpdump',
  'keepalived',
)('the same story with every pairing of daemons', () => {
  for (const scenario of scenarios) {
    test.concurrent(scenario.name, { timeout: 60_000 }, () => expectSameStory(scenario))
  }
})
