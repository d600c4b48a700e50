/** Links and files that are tracked move the priority, or mean FAULT. */

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byHost, elect, global, higherOnA, instance, twoLans } from './kit.ts'
import { onlyOnA, type Scenario, tellAlike } from './matrix.ts'

const scenarios: readonly Scenario[] = [
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
    compare: ['addresses', 'notifies'],
    mayCross: true,
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
