/** What a new configuration changes in an instance, on either side, while the other goes on. */

import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance, reload } from './kit.ts'
import { onlyOnA, onlyOnB, type Scenario, takeover, tellAlike } from './matrix.ts'

const scenarios: readonly Scenario[] = [
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
  {
    name: 'in FAULT',
    config: (host, { notify }) => global() + instance({ priority: higherOnA(host), more: notify }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.host.setCable('down')
      await b.gains()
      await phase('a in FAULT')
      await reload(a, (text) =>
        text.replace('priority 150', 'priority 160').replace('10.9.0.100/24', '10.9.0.100/24 label eth0:x'),
      )
      await phase('reloaded')
      await a.host.setCable('up')
      await a.gains()
      await b.loses()
      await phase('a is back')
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
