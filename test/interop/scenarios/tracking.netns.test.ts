/** What is tracked moves the priority, or means FAULT. */

import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance, twoLans } from './kit.ts'
import {
  everyPairing,
  type HostName,
  onlyOnA,
  type Parts,
  type Scenario,
  takeover,
  tellAlike,
  VIP,
} from './matrix.ts'

/** Two runs of a check to fail, two to pass, and a takeover. */
const checkedTakeover = seconds(14)

const script = (check: string, more: string): string => `
vrrp_script chk {
  script "${check}"
  interval 1
  ${more}
}
`

/** An instance whose priority, or life, hangs on a script. */
const scripted =
  (priority: (host: HostName) => number, more: string, tracked = 'chk') =>
  (host: HostName, { notify, check }: Parts): string =>
    global() +
    script(check, more) +
    instance({ priority: priority(host), more: `track_script {\n ${tracked}\n}\n${notify}` })

/** From the first failed run to the last takeover takes both time and several phases of priorities. */
const unsteady = { compare: ['addresses', 'notifies'], mayCross: true } as const

const failsAndPasses: Scenario['run'] = async ({ a, b, phase }) => {
  await elect(a, b)
  await phase('a elected')
  await a.check.fail()
  await b.host.holdsWithin(VIP, checkedTakeover)
  await a.loses()
  await phase('the script fails on a')
  await a.check.pass()
  await a.host.holdsWithin(VIP, checkedTakeover)
  await b.loses()
  await phase('it passes again')
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a script with a negative weight lowers the priority below the peer’s',
    config: scripted(higherOnA, 'weight -60\nfall 2\nrise 2'),
    run: failsAndPasses,
    pairings: everyPairing,
  },
  {
    name: 'a script with a positive weight raises the priority above the peer’s',
    config: scripted(byHost({ a: 90, b: 100 }), 'weight 60\nfall 2\nrise 2'),
    run: async ({ a, b, phase }) => {
      await b.check.fail()
      await elect(a, b)
      await phase('a elected')
      await a.check.fail()
      await b.host.holdsWithin(VIP, checkedTakeover)
      await a.loses()
      await phase('the script fails on a')
      await a.check.pass()
      await a.host.holdsWithin(VIP, checkedTakeover)
      await b.loses()
      await phase('it passes again')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a weight in reverse',
    config: scripted(higherOnA, 'weight -60\nfall 2\nrise 2', 'chk weight -60 reverse'),
    run: async ({ a, b, phase }) => {
      await a.check.fail()
      await b.check.fail()
      await elect(a, b)
      await phase('a elected')
      await a.check.pass()
      await b.host.holdsWithin(VIP, checkedTakeover)
      await a.loses()
      await phase('the script passes on a')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a priority stays between 1 and 254, whatever the weight',
    config: scripted(byHost({ a: 200, b: 2 }), 'weight -253\nfall 1\nrise 1'),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.check.fail()
      await b.host.holdsWithin(VIP, checkedTakeover)
      await a.loses()
      await phase('a has 1')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a priority is never raised to the owner’s',
    config: scripted(byHost({ a: 200, b: 100 }), 'weight 253\nfall 1\nrise 1'),
    run: async ({ a, phase, wait }) => {
      await a.start()
      await a.gains()
      await wait(seconds(2))
      await phase('a has 254')
    },
    compare: ['addresses', 'adverts', 'notifies'],
    pairings: onlyOnA,
  },
  {
    name: 'a script without a weight means FAULT, from the first result on',
    config: scripted(higherOnA, ''),
    run: async ({ a, b, phase }) => {
      await b.check.fail()
      await elect(a, b)
      await phase('a elected, b in FAULT')
      await b.check.pass()
      await phase('b listens', takeover(100))
      await a.check.fail()
      await b.gains()
      await phase('a in FAULT')
    },
  },
  {
    name: 'init_fail: a router waits for its script’s first success',
    config: scripted(higherOnA, 'rise 3\ninit_fail'),
    run: async ({ a, phase }) => {
      await a.start()
      await a.host.holdsWithin(VIP, checkedTakeover)
      await phase('a elected')
      await a.check.fail()
      await a.loses()
      await phase('a in FAULT')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a script that outlives its timeout has failed',
    config: (host, { notify, directory }) =>
      global() +
      script(join(directory, 'slow'), 'timeout 1\nfall 2') +
      instance({ priority: higherOnA(host), more: `track_script {\n chk\n}\n${notify}` }),
    run: async ({ a, b, phase }) => {
      for (const { host } of [a, b]) {
        const body = `#!/bin/sh\ntest -e ${host.directory}/slow.hangs && exec sleep 60\nexit 0\n`
        await writeFile(join(host.directory, 'slow'), body, { mode: 0o755 })
      }
      await elect(a, b)
      await phase('a elected')
      await writeFile(join(a.host.directory, 'slow.hangs'), '')
      await b.host.holdsWithin(VIP, seconds(20))
      await phase('a in FAULT')
      await rm(join(a.host.directory, 'slow.hangs'))
      await a.host.holdsWithin(VIP, seconds(20))
      await b.loses()
      await phase('a is back')
    },
    ...unsteady,
    pairings: onlyOnA,
  },
  {
    name: 'track_interface with a weight, and one that must be up',
    lans: [...twoLans, { link: 'eth2', subnet: '10.7.0.0/24' }],
    config: (host, { notify }) =>
      global() +
      instance({
        priority: higherOnA(host),
        more: `track_interface {\n eth1 weight -60\n eth2\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await phase('a elected')
      await a.host.setCable('down', 'eth1')
      await b.gains()
      await phase('a lost 60')
      await a.host.setCable('up', 'eth1')
      await a.gains()
      await phase('a regained 60')
      await a.host.setCable('down', 'eth2')
      await b.gains()
      await phase('a in FAULT')
    },
  },
  {
    name: 'track_interface with a positive weight, and in reverse',
    lans: [...twoLans, { link: 'eth2', subnet: '10.7.0.0/24' }],
    config: (host, { notify }) =>
      global() +
      instance({
        priority: byHost({ a: 90, b: 100 })(host),
        more: `track_interface {\n eth1 weight 30\n eth2 weight 40 reverse\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await b.host.setCable('down', 'eth1')
      await elect(b, a)
      // 90 + 30 - 40 beside 100 - 40
      await a.gains()
      await phase('a has 80, b 60')
      await a.host.setCable('down', 'eth1')
      await b.gains()
      await phase('a has 50')
      await a.host.setCable('down', 'eth2')
      await a.gains()
      await phase('a has 90')
    },
    ...unsteady,
    pairings: onlyOnA,
  },
  {
    name: 'track_file: a number moves the router both ways, and takes it out',
    config: (host, { notify, directory }) =>
      `${global()}track_file maintenance {\n file ${directory}/maintenance\n weight 1\n init_file 0\n}\n` +
      instance({ priority: higherOnA(host), more: `track_file {\n maintenance\n}\n${notify}` }),
    run: async ({ a, b, phase }) => {
      // By another name first: who is held up in the middle of writing would say 0 meanwhile.
      const say = async (number: number): Promise<void> => {
        const path = join(a.host.directory, 'maintenance')
        await writeFile(`${path}.new`, `${number}\n`)
        await rename(`${path}.new`, path)
      }
      await elect(a, b)
      await phase('a elected')
      await say(-254)
      await b.gains()
      await phase('a in FAULT')
      await say(60)
      await a.gains()
      await b.loses()
      await phase('a has 210')
      await say(-60)
      await b.gains()
      await phase('a has 90')
      await say(0)
      await a.gains()
      await b.loses()
      await phase('a has 150 again')
    },
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
