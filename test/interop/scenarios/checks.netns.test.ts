/** Scripts that are tracked move the priority, or mean FAULT. */

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance } from './kit.ts'
import {
  everyPairing,
  type HostName,
  onlyOnA,
  type DaemonHost,
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
  (host: HostName, { notify, check }: DaemonHost): string =>
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
    run: async (story) => {
      await story.b.check.fail()
      await failsAndPasses(story)
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
    name: 'two instances on one link with one script, one weighted and one not',
    config: (host, { notify, check }) =>
      `${global()}vrrp_script chk {\n script "${check}"\n interval 1\n}\n` +
      instance({ priority: higherOnA(host), more: `track_script {\n chk weight -60\n}\n${notify}` }) +
      instance({
        name: 'VI_2',
        vrid: 52,
        vips: ['10.9.0.101/24'],
        priority: higherOnA(host),
        more: `track_script {\n chk\n}\n${notify}`,
      }),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.gains('10.9.0.101')
      await phase('a elected')
      await a.check.fail()
      await b.gains('10.9.0.101')
      await b.gains()
      await phase('b has both')
      await a.check.pass()
      await a.gains('10.9.0.101')
      await a.gains()
      await phase('a has both')
    },
    pairings: onlyOnA,
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
]

tellAlike(scenarios)
