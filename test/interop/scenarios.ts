/** The stories of election, tracking and kernel state that vrrpd must tell as keepalived does. */

import { readFile } from 'node:fs/promises'
import { seconds } from '../../src/base/time.ts'
import { promptly } from '../support/lab.ts'
import { settle, takeover, type HostName, type Scenario, type StoryHost } from './matrix.ts'

const VIP = '10.9.0.100'

interface InstanceOptions {
  readonly name?: string
  readonly link?: string
  readonly vrid?: number
  readonly priority?: number
  readonly auth?: string
  readonly vips?: readonly string[]
  /** In seconds; far away unless the story is about it, so that no phase ends in the middle of a burst. */
  readonly garpMasterDelay?: number
  readonly more?: string
}

const global = `
global_defs {
  script_user root
  enable_script_security
}
`

function instance(options: InstanceOptions): string {
  const {
    name = 'VI_1',
    link = 'eth0',
    vrid = 51,
    priority = 100,
    auth = '1111',
    vips = [`${VIP}/24`],
  } = options
  return `
vrrp_instance ${name} {
  state BACKUP
  interface ${link}
  virtual_router_id ${String(vrid)}
  priority ${String(priority)}
  advert_int 1
  garp_master_delay ${String(options.garpMasterDelay ?? 60)}
  authentication {
    auth_type PASS
    auth_pass ${auth}
  }
  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
  ${options.more ?? ''}
}
`
}

const byHost =
  <T>(values: Readonly<Record<HostName, T>>) =>
  (host: HostName): T =>
    values[host]
const higherOnA = byHost({ a: 150, b: 100 })

/** One after the other: who takes over first must not depend on who was started first on a busy machine. */
async function elect(a: StoryHost, b: StoryHost): Promise<void> {
  await a.start()
  await a.host.holdsWithin(VIP, takeover(150))
  await b.start()
  // keepalived enters Fault without a word when a script's first result is a failure.
  await b.daemon().logs(/entering BACKUP state|VRRP_Script\(\w+\) failed/i, seconds(5))
}

/** Rewrites the configuration that the host's daemon was started with, and has it read. */
async function reload({ daemon }: StoryHost, change: (text: string) => string): Promise<void> {
  const running = daemon()
  await running.rewrite(change(await readFile(running.configFile, 'utf8')))
  running.signal('SIGHUP')
}

const twoLans = [
  { link: 'eth0', subnet: '10.9.0.0/24' },
  { link: 'eth1', subnet: '10.8.0.0/24' },
] as const

export const scenarios: readonly Scenario[] = [
  {
    name: 'election, crash, takeover, return with preemption',
    config: (host, { notify }) => global + instance({ priority: higherOnA(host), more: notify }),
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
      await b.daemon().stop('SIGINT')
      await wait(settle)
      await phase('both ended')
    },
  },
  {
    name: 'nopreempt: the returning router stays Backup',
    config: (host, { notify }) =>
      global + instance({ priority: higherOnA(host), more: `nopreempt\n${notify}` }),
    run: async ({ a, b, phase, wait }) => {
      await b.start()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('b elected alone')
      await a.start()
      await wait(takeover(150))
      await phase('a stays Backup')
      await b.daemon().stop()
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('a takes over from a leaving b')
    },
  },
  {
    name: 'equal priorities: the higher address wins once both are Master',
    config: (_host, { notify }) => global + instance({ more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await a.host.setReachable(false)
      await Promise.all([a.start(), b.start()])
      await Promise.all([a.host.holdsWithin(VIP, takeover(100)), b.host.holdsWithin(VIP, takeover(100))])
      await wait(settle)
      await phase('both are Master')
      await a.host.setReachable(true)
      await a.host.lacksWithin(VIP, takeover(100))
      await wait(settle)
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'own interface down and up',
    config: (host, { notify }) => global + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.host.setCable('down')
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a in FAULT')
      await a.host.setCable('up')
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('a preempts again')
    },
  },
  {
    name: 'started with the interface down',
    config: (host, { notify }) => global + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, phase, wait }) => {
      await a.host.setCable('down')
      await a.start()
      await wait(settle)
      await phase('a in FAULT from the start')
      await a.host.setCable('up')
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('a elected')
      await a.daemon().stop()
      await wait(settle)
      await phase('stopped')
    },
  },
  {
    name: 'a sync group over two links moves as one',
    lans: twoLans,
    config: (host, { notify }) =>
      `${global}
vrrp_sync_group G {
  group {
    VI_1
    VI_2
  }
  ${notify}
}
${instance({ priority: higherOnA(host), more: notify })}
${instance({ name: 'VI_2', link: 'eth1', vrid: 52, priority: higherOnA(host), vips: ['10.8.0.100/24'], more: notify })}`,
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await a.host.holdsWithin('10.8.0.100', promptly, 'eth1')
      await wait(settle)
      await phase('a elected')
      await a.host.setCable('down', 'eth1')
      await b.host.holdsWithin(VIP, takeover(100))
      await b.host.holdsWithin('10.8.0.100', takeover(100), 'eth1')
      await wait(settle)
      await phase('b has both')
      await a.host.setCable('up', 'eth1')
      await a.host.holdsWithin(VIP, takeover(150))
      await a.host.holdsWithin('10.8.0.100', promptly, 'eth1')
      await wait(settle)
      await phase('a has both again')
      await a.daemon().stop()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a stopped')
    },
  },
  {
    name: 'a one-member sync group',
    config: (host, { notify }) =>
      `${global}
vrrp_sync_group ONE {
  group {
    VI_1
  }
  ${notify}
}
${instance({ priority: higherOnA(host), more: 'nopreempt' })}`,
    run: async ({ a, phase, wait }) => {
      await a.start()
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('elected')
      await a.daemon().stop()
      await wait(settle)
      await phase('stopped')
    },
  },
  {
    name: 'track_script with a weight moves the priority',
    config: (host, { notify, check }) =>
      `${global}
vrrp_script chk {
  script "${check}"
  interval 1
  weight -60
  fall 2
  rise 2
}
${instance({ priority: higherOnA(host), more: `track_script {\n chk\n}\n${notify}` })}`,
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.check.fail()
      await b.host.holdsWithin(VIP, seconds(12))
      await wait(settle)
      await phase('a lost 60')
      await a.check.pass()
      await a.host.holdsWithin(VIP, seconds(14))
      await wait(settle)
      await phase('a regained 60')
    },
  },
  {
    name: 'track_script without a weight means FAULT',
    config: (host, { notify, check }) =>
      `${global}
vrrp_script chk {
  script "${check}"
  interval 1
}
${instance({ priority: higherOnA(host), more: `track_script {\n chk\n}\n${notify}` })}`,
    run: async ({ a, b, phase, wait }) => {
      await b.check.fail()
      await elect(a, b)
      await wait(settle)
      await phase('a elected, b in FAULT')
      await b.check.pass()
      await wait(takeover(100))
      await phase('b listens')
      await a.check.fail()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a in FAULT')
    },
  },
  {
    name: 'track_interface with a weight, and one that must be up',
    lans: [...twoLans, { link: 'eth2', subnet: '10.7.0.0/24' }],
    config: (host, { notify }) =>
      global +
      instance({
        priority: higherOnA(host),
        more: `track_interface {\n eth1 weight -60\n eth2\n}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.host.setCable('down', 'eth1')
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a lost 60')
      await a.host.setCable('up', 'eth1')
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('a regained 60')
      await a.host.setCable('down', 'eth2')
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a in FAULT')
    },
  },
  {
    name: 'different passwords: two masters',
    config: (host) =>
      global + instance({ priority: higherOnA(host), auth: byHost({ a: 'one', b: 'two' })(host) }),
    run: async ({ a, b, phase, wait }) => {
      await Promise.all([a.start(), b.start()])
      await Promise.all([a.host.holdsWithin(VIP, takeover(150)), b.host.holdsWithin(VIP, takeover(100))])
      await wait(takeover(100))
      await phase('both are Master')
    },
    compare: ['addresses', 'arps'],
    mayCross: true,
  },
  {
    name: 'different intervals: two masters',
    config: (host) =>
      global +
      instance({ priority: higherOnA(host) }).replace(
        'advert_int 1',
        `advert_int ${byHost({ a: '1', b: '2' })(host)}`,
      ),
    run: async ({ a, b, phase, wait }) => {
      await Promise.all([a.start(), b.start()])
      await Promise.all([
        a.host.holdsWithin(VIP, takeover(150)),
        b.host.holdsWithin(VIP, takeover(100, seconds(2))),
      ])
      await wait(takeover(100))
      await phase('both are Master')
    },
    compare: ['addresses', 'arps'],
    mayCross: true,
  },
  {
    name: 'addresses with every option, and routes',
    lans: twoLans,
    routeTables: ['main', '123'],
    config: (host, { notify }) =>
      global +
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
    run: async ({ a, b, phase, wait }) => {
      await a.start()
      await a.host.holdsWithin('10.9.5.104', takeover(150))
      await b.start()
      await b.daemon().logs('Entering BACKUP STATE', promptly)
      await wait(settle)
      await phase('a has all')
      await a.daemon().stop()
      await b.host.holdsWithin('10.9.5.104', takeover(100))
      await wait(settle)
      await phase('b has all, a nothing')
    },
  },
  {
    name: 'preempt_delay',
    config: (host, { notify }) =>
      global + instance({ priority: higherOnA(host), more: `preempt_delay 3\n${notify}` }),
    run: async ({ a, b, phase, wait }) => {
      await b.start()
      await b.host.holdsWithin(VIP, takeover(100))
      await a.start()
      // The first advert heard starts the delay; a plain preemption would be over by then.
      await wait(seconds(5))
      await phase('a still waits')
      await a.host.holdsWithin(VIP, takeover(150))
      await b.host.lacksWithin(VIP, promptly)
      await wait(settle)
      await phase('a has preempted')
    },
  },
  {
    name: 'dont_track_primary and mcast_src_ip',
    config: (host, { notify }) =>
      global +
      instance({
        priority: higherOnA(host),
        more: `dont_track_primary\nmcast_src_ip ${byHost({ a: '10.9.0.1', b: '10.9.0.2' })(host)}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.host.setCable('down')
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a has no carrier and does not mind')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'a virtual address removed by somebody else',
    config: (host, { notify }) => global + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await a.host.ip('addr', 'del', `${VIP}/24`, 'dev', 'eth0')
      await a.host.holdsWithin(VIP, promptly)
      await wait(settle)
      await phase('a has it again')
      await b.daemon().stop()
    },
  },
  {
    name: 'the second burst after garp_master_delay',
    config: (_host, { notify }) =>
      global +
      instance({
        garpMasterDelay: 2,
        more: `garp_master_repeat 3\n${notify}`,
        vips: [`${VIP}/24`, '10.9.0.101/24'],
      }),
    run: async ({ a, phase, wait }) => {
      await a.start()
      await a.host.holdsWithin('10.9.0.101', takeover(100))
      await wait(seconds(1))
      await phase('first burst')
      await wait(seconds(2))
      await phase('second burst')
    },
  },
  {
    name: 'reload: a Master stays Master, and only what differs is changed',
    config: (host, { notify }) =>
      global +
      instance({
        priority: higherOnA(host),
        vips: [`${VIP}/24`, '10.9.0.101/24'],
        more: `virtual_routes {\n 192.168.110.0/24 via 10.9.0.254 dev eth0\n}\n${notify}`,
      }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      await reload(a, (text) => text)
      await wait(settle)
      await phase('nothing has changed')
      await reload(a, (text) =>
        text.replace('10.9.0.101/24', '10.9.0.102/24').replaceAll('192.168.110.0', '192.168.120.0'),
      )
      await a.host.holdsWithin('10.9.0.102', promptly)
      await wait(settle)
      await phase('another address and route')
      await reload(b, (text) => text.replace('10.9.0.101/24', '10.9.0.102/24'))
      await reload(a, (text) => text.replace('priority 150', 'priority 50'))
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('b is the better one')
    },
  },
  {
    name: 'reload: an instance goes, another comes',
    config: (host, { notify }) => global + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await elect(a, b)
      await wait(settle)
      await phase('a elected')
      const other = (text: string): string => text.replace('virtual_router_id 51', 'virtual_router_id 52')
      await Promise.all([reload(a, other), reload(b, other)])
      await a.host.lacksWithin(VIP, promptly)
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('the other instance is elected')
    },
  },
]
