/** Sync groups: all members or none. */

import { seconds } from '../../../src/base/time.ts'
import { byHost, elect, global, higherOnA, instance, twoLans } from './kit.ts'
import {
  everyPairing,
  onlyOnA,
  onlyOnB,
  type DaemonHost,
  type Scenario,
  type Story,
  takeover,
  tellAlike,
  VIP,
} from './matrix.ts'

const SECOND_VIP = '10.8.0.100'

const group = (more: string): string => `
vrrp_sync_group G {
  group {
    VI_1
    VI_2
  }
  ${more}
}
`

const members = (priority: number, more: string): string =>
  instance({ priority, more }) +
  instance({ name: 'VI_2', link: 'eth1', vrid: 52, priority, vips: [`${SECOND_VIP}/24`], more })

const script = (check: string, more = ''): string => `
vrrp_script chk {
  script "${check}"
  interval 1
  ${more}
}
`

const pair = (priority: number, { notify }: DaemonHost, more = ''): string =>
  group(`${more}\n${notify}`) + members(priority, notify)

/** Starts both, and waits until a has both addresses. */
async function electBoth({ a, b, phase }: Story): Promise<void> {
  await elect(a, b)
  await a.gains(SECOND_VIP, 'eth1')
  await phase('a elected')
}

async function aFailingCheckMovesBoth(story: Story): Promise<void> {
  const { a, b, phase } = story
  await electBoth(story)
  await a.check.fail()
  await b.host.holdsWithin(VIP, seconds(12))
  await b.gains(SECOND_VIP, 'eth1')
  await phase('b has both')
}

const scenarios: readonly Scenario[] = [
  {
    name: 'a group over two links moves as one when a link loses its carrier',
    lans: twoLans,
    config: (host, parts) => global() + pair(higherOnA(host), parts),
    run: async (story) => {
      const { a, b, phase } = story
      await electBoth(story)
      await a.host.setCable('down', 'eth1')
      await b.gains()
      await b.gains(SECOND_VIP, 'eth1')
      await phase('b has both')
      await a.host.setCable('up', 'eth1')
      await a.gains()
      await a.gains(SECOND_VIP, 'eth1')
      await phase('a has both again')
      await a.daemon().stop()
      await b.gains()
      await phase('a stopped')
    },
    pairings: everyPairing,
  },
  {
    name: 'a group moves as one when its Master crashes, and comes back as one',
    lans: twoLans,
    config: (host, parts) => global() + pair(higherOnA(host), parts),
    run: async (story) => {
      const { a, b, phase } = story
      await electBoth(story)
      await a.daemon().kill()
      await b.gains()
      await b.gains(SECOND_VIP, 'eth1')
      await phase('b has both')
      await a.returns()
      await b.loses(SECOND_VIP, 'eth1')
      await phase('a has both again')
    },
    // Which member of the group is first, and takes the other along, is a matter of microseconds.
    compare: ['addresses', 'arps', 'notifies'],
  },
  {
    name: 'a member that hears no Master waits for the others of its group',
    lans: twoLans,
    config: (host, parts) => global() + pair(higherOnA(host), parts),
    run: async (story) => {
      const { a, b, phase } = story
      await electBoth(story)
      await b.host.setReachable(false, 'eth1')
      await phase('b hears a on one link only, and stays Backup', takeover(100))
      await b.host.setReachable(true, 'eth1')
      await a.daemon().stop()
      await b.gains()
      await phase('b has both')
    },
    pairings: onlyOnB,
  },
  {
    name: 'a group of one member',
    config: (host, { notify }) =>
      `${global()}vrrp_sync_group ONE {\n group {\n VI_1\n }\n ${notify}\n}\n` +
      instance({ priority: higherOnA(host), more: 'nopreempt' }),
    run: async ({ a, phase }) => {
      await a.start()
      await a.gains()
      await phase('elected')
      await a.daemon().stop()
      await phase('stopped')
    },
    pairings: onlyOnA,
  },
  {
    name: 'a script of the group takes all members out and in',
    lans: twoLans,
    config: (host, parts) =>
      global() + script(parts.check) + pair(higherOnA(host), parts, 'track_script {\n chk\n}'),
    run: async (story) => {
      const { a, b, phase } = story
      await electBoth(story)
      await a.check.fail()
      await b.gains()
      await b.gains(SECOND_VIP, 'eth1')
      await phase('b has both')
      await a.check.pass()
      await a.gains()
      await a.gains(SECOND_VIP, 'eth1')
      await phase('a has both again')
    },
    mayCross: true,
    compare: ['addresses', 'notifies'],
    pairings: onlyOnA,
  },
  {
    name: 'a script of the group with a weight lowers all members',
    lans: twoLans,
    config: (host, parts) =>
      global() + script(parts.check, 'weight -60') + pair(higherOnA(host), parts, 'track_script {\n chk\n}'),
    run: aFailingCheckMovesBoth,
    mayCross: true,
    compare: ['addresses', 'notifies'],
    pairings: onlyOnA,
  },
  {
    name: 'weights of members count for nothing',
    lans: twoLans,
    config: (host, { notify, check }) =>
      global() +
      script(check, 'weight -60') +
      group(notify) +
      members(higherOnA(host), `track_script {\n chk\n}\n${notify}`),
    run: async (story) => {
      const { a, phase } = story
      await electBoth(story)
      await a.check.fail()
      await phase('a has both all the same', seconds(7))
    },
    pairings: onlyOnA,
  },
  {
    name: 'sync_group_tracking_weight: weights of members count',
    lans: twoLans,
    config: (host, { notify, check }) =>
      global() +
      script(check, 'weight -60') +
      group(`sync_group_tracking_weight\n${notify}`) +
      members(higherOnA(host), `track_script {\n chk\n}\n${notify}`),
    run: aFailingCheckMovesBoth,
    mayCross: true,
    compare: ['addresses', 'notifies'],
    pairings: onlyOnA,
  },
  {
    name: 'members of different priorities: the group goes where all may',
    lans: twoLans,
    config: (host, { notify }) =>
      global() +
      group(notify) +
      instance({ priority: byHost({ a: 150, b: 100 })(host), more: notify }) +
      instance({
        name: 'VI_2',
        link: 'eth1',
        vrid: 52,
        priority: byHost({ a: 90, b: 100 })(host),
        vips: [`${SECOND_VIP}/24`],
        more: notify,
      }),
    run: async (story) => {
      const { a, phase } = story
      await a.start()
      await a.gains()
      await a.gains(SECOND_VIP, 'eth1')
      await phase('a alone')
      await story.b.start()
      await phase('b is there', seconds(8))
    },
    compare: ['addresses'],
    mayCross: true,
    pairings: onlyOnA,
  },
  {
    name: 'a group with nopreempt',
    lans: twoLans,
    config: (host, { notify }) => global() + group(notify) + members(higherOnA(host), `nopreempt\n${notify}`),
    run: async ({ a, b, phase }) => {
      await elect(a, b)
      await a.gains(SECOND_VIP, 'eth1')
      await phase('a elected')
      await a.host.setCable('down', 'eth1')
      await b.gains()
      await b.gains(SECOND_VIP, 'eth1')
      await a.host.setCable('up', 'eth1')
      await phase('a stays Backup', takeover(150))
      await b.daemon().stop()
      await a.gains()
      await a.gains(SECOND_VIP, 'eth1')
      await phase('b has left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
    pairings: onlyOnA,
  },
]

tellAlike(scenarios)
