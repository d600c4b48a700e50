/** auth_type AH: mixed pairs elect one master in every order of events, and nobody without the password has a say. */

import { expect, test } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { craftAdvert, craftSigned } from '../support/lab/craft.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import { asAdvert } from '../support/lab/frames.ts'
import { masterDownInterval, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { expectSameStory, settle, takeover, type HostName, type Scenario } from './matrix.ts'

const VIP = '10.9.0.100'

interface InstanceOptions {
  readonly name?: string
  readonly vrid?: number
  readonly priority: number
  readonly vip?: string
  readonly authType?: 'AH' | 'PASS'
  readonly more?: string
}

const instance = ({ name = 'VI_1', vrid = 51, vip = VIP, ...options }: InstanceOptions): string => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  priority ${options.priority}
  garp_master_delay 60
  authentication {
    auth_type ${options.authType ?? 'AH'}
    auth_pass secret
  }
  virtual_ipaddress {
    ${vip}
  }
  ${options.more ?? ''}
}
`

const global = `
global_defs {
  script_user root
  enable_script_security
}
`

const priorities: Readonly<Record<HostName, number>> = { a: 150, b: 100 }

/**
 * A Master that was cut off, or began anew, has lower numbers than the other.
 * keepalived takes its adverts for recordings, and each one it rejects puts its
 * own next advert off (measured): two keepalived may say nothing until the
 * numbers have caught up, some seconds here.
 */
const catchingUp = seconds(12)

const stories: readonly Scenario[] = [
  {
    name: 'AH: election, crash, takeover, return, leaving in good order',
    config: (host, { notify }) => global + instance({ priority: priorities[host], more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await a.start()
      await a.host.holdsWithin(VIP, takeover(150))
      await b.start()
      await b.daemon().logs('Entering BACKUP STATE', promptly)
      await wait(settle)
      await phase('a elected')
      a.daemon().signal('SIGHUP')
      await wait(takeover(100))
      await phase('a has read its file again, and nobody noticed')
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
      await b.daemon().kill()
      await b.start()
      await b.host.lacksWithin(VIP, takeover(100))
      await wait(takeover(100))
      await phase('b began anew')
      await a.daemon().stop()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(settle)
      await phase('a left in good order')
      await b.daemon().stop()
      await wait(settle)
      await phase('both ended')
    },
  },
  {
    name: 'AH: the master crashes and is back before anybody took over',
    config: (host, { notify }) => global + instance({ priority: priorities[host], more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await a.start()
      await a.host.holdsWithin(VIP, takeover(150))
      await b.start()
      await b.daemon().logs('Entering BACKUP STATE', promptly)
      await wait(seconds(2))
      await a.daemon().kill()
      await a.start()
      await a.host.lacksWithin(VIP, promptly)
      // Its numbers begin again, which b takes for a recording; b's own ones tell it where they are.
      await wait(takeover(100))
      await a.host.holdsWithin(VIP, takeover(150))
      await b.host.lacksWithin(VIP, catchingUp)
      await wait(settle)
      await phase('a again')
    },
    compare: ['addresses'],
    mayCross: true,
  },
  {
    name: 'AH: a higher priority wins with lower numbers',
    config: (host, { notify }) => global + instance({ priority: priorities[host], more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await a.host.setReachable(false)
      await b.start()
      await b.host.holdsWithin(VIP, takeover(100))
      await wait(seconds(2))
      await a.start()
      await a.host.holdsWithin(VIP, takeover(150))
      await wait(settle)
      await phase('both are Master')
      await a.host.setReachable(true)
      await b.host.lacksWithin(VIP, catchingUp)
      await wait(settle)
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'AH: equal priorities, and the lower numbers have the higher address',
    config: (_host, { notify }) => global + instance({ priority: 100, more: notify }),
    run: async ({ a, b, phase, wait }) => {
      await b.host.setReachable(false)
      await a.start()
      await a.host.holdsWithin(VIP, takeover(100))
      await wait(seconds(2))
      await b.start()
      await b.host.holdsWithin(VIP, takeover(100))
      await b.host.setReachable(true)
      await a.host.lacksWithin(VIP, catchingUp)
      await wait(settle)
      await phase('one is left')
    },
    compare: ['addresses', 'notifies'],
    mayCross: true,
  },
  {
    name: 'AH beside PASS on one link',
    config: (host, { notify }) =>
      global +
      instance({ priority: priorities[host], more: notify }) +
      instance({
        name: 'VI_2',
        vrid: 52,
        authType: 'PASS',
        vip: '10.9.0.200',
        priority: priorities[host === 'a' ? 'b' : 'a'],
      }),
    run: async ({ a, b, phase, wait }) => {
      await a.start()
      await Promise.all([
        a.host.holdsWithin(VIP, takeover(150)),
        a.host.holdsWithin('10.9.0.200', takeover(150)),
      ])
      await b.start()
      await b.host.holdsWithin('10.9.0.200', takeover(150))
      await wait(settle)
      await phase('one each')
      await b.daemon().kill()
      await a.host.holdsWithin('10.9.0.200', takeover(100))
      await wait(settle)
      await phase('a has both')
    },
    compare: ['addresses', 'notifies'],
  },
]

needs(
  'netns',
  'built',
  'keepalived',
)('the same story with every pairing of daemons', () => {
  for (const story of stories) {
    test.concurrent(story.name, { timeout: 90_000 }, () => expectSameStory(story))
  }
})

const master = { source: '10.9.0.2', vrid: 51, priority: 200, addresses: [VIP], key: 'secret' }

interface Impostor {
  readonly frame: (sequence: number) => Buffer
  /** vrrpd's; keepalived 2.2.7 does not hear the unsigned ones, nor does it speak of what is not VRRP. */
  readonly words: string
}

/** Each would be a master of higher priority, if it were believed. */
const impostors: readonly Impostor[] = [
  { frame: () => craftAdvert(master), words: 'No AH header but auth type is AH' },
  {
    frame: () => craftAdvert({ ...master, password: 'secret' }),
    words: 'No AH header but auth type is AH',
  },
  { frame: () => craftAdvert({ ...master, authType: 2 }), words: 'No AH header but auth type is AH' },
  {
    frame: (sequence) => craftSigned({ ...master, sequence, key: 'Secret' }),
    words: 'IPSEC-AH : invalid IPSEC HMAC-MD5 value.',
  },
  {
    frame: (sequence) => craftSigned({ ...master, sequence, forged: true }),
    words: 'IPSEC-AH : invalid IPSEC HMAC-MD5 value.',
  },
  {
    frame: (sequence) => craftSigned({ ...master, sequence, spi: '10.9.0.3' }),
    words: 'IPSEC AH : invalid IPSEC SPI value. 10.9.0.3 and expect 10.9.0.2',
  },
  {
    frame: (sequence) => craftSigned({ ...master, sequence, nextHeader: 17 }),
    words: 'IPSEC-AH : next header 17 and expect 112',
  },
  {
    frame: () => craftSigned({ ...master, sequence: 1 }),
    words: 'IPSEC-AH : sequence number 1 already processed. Packet dropped. Local(1)',
  },
]

needs(
  'netns',
  'built',
  'keepalived',
)('with auth_type AH', () => {
  test.concurrent.each(['vrrpd', 'keepalived'] as const)('%s obeys no impostor', async (kind) => {
    await withAlone(kind, async (a, b, daemon) => {
      let sequence = 1
      const next = async (): Promise<boolean> => {
        sequence += 1
        for (const { frame } of impostors) await b.inject(frame(sequence))
        return a.holds(VIP)
      }
      await until('it to be Master all the same', next, plus(masterDownInterval(100), promptly))
      const log = await daemon.log()
      for (const { words } of kind === 'vrrpd' ? impostors : []) expect(log).toContain(words)
      expect(log).not.toContain('secret')
    })
  })

  test.concurrent.each(['vrrpd', 'keepalived'] as const)('%s obeys who knows the password', async (kind) => {
    await withAlone(kind, async (a, b) => {
      const enough = wallNow() + plus(masterDownInterval(100), seconds(1))
      for (let sequence = 1; wallNow() < enough; sequence++) {
        await b.inject(craftSigned({ ...master, sequence }))
        await pause(milliseconds(300))
      }
      expect(await a.holds(VIP)).toBe(false)
    })
  })

  test.concurrent.each(['vrrpd', 'keepalived'] as const)(
    '%s carries on from the numbers it hears',
    async (kind) => {
      await withAlone(kind, async (a, b) => {
        const capture = await b.capture()
        const hear = (sequence: number, priority: number): Promise<void> =>
          b.inject(craftSigned({ ...master, sequence, priority }))
        const said = async (): Promise<readonly (number | undefined)[]> =>
          (await capture.adverts())
            .filter((advert) => advert.source === a.address())
            .map((advert) => advert.sequence)
        await hear(300, 0)
        await until('301', async () => (await said()).includes(301), takeover(100))
        // A lower master is answered with one left out, a leaving one without.
        await hear(500, 50)
        await until('502', async () => (await said()).includes(502), promptly)
        await hear(600, 0)
        await until('601', async () => (await said()).includes(601), promptly)
        await hear(700, 200)
        await until('701', async () => (await said()).includes(701), takeover(100))
        const numbers = await said()
        expect(numbers).toEqual([...numbers].sort((x, y) => x! - y!))
        expect(numbers).not.toContain(501)
      })
    },
  )

  test.concurrent.each([
    ['vrrpd', 'keepalived'],
    ['keepalived', 'vrrpd'],
    ['vrrpd', 'vrrpd'],
  ] as const)(
    'a healed LAN has one master, though the numbers of %s, the higher, are far below those of %s',
    healed,
  )

  test.concurrent.each([
    ['vrrpd', 'keepalived'],
    ['keepalived', 'vrrpd'],
    ['vrrpd', 'vrrpd'],
  ] as const)(
    'recordings of %s neither keep a dead master alive nor make a living one leave, for %s in Backup',
    { timeout: 60_000 },
    replay,
  )
})

/** A router on the first host, and nobody but us on the second. */
async function withAlone(
  kind: DaemonKind,
  body: (a: Host, b: Host, daemon: Daemon) => Promise<void>,
): Promise<void> {
  const lab = await Lab.create({ hosts: ['a', 'b'] })
  try {
    const daemon = await lab.host('a').start({ kind, config: instance({ priority: 100 }) })
    await daemon.logs('Startup complete', seconds(5))
    await body(lab.host('a'), lab.host('b'), daemon)
  } finally {
    await lab.destroy()
  }
}

async function healed(higher: DaemonKind, lower: DaemonKind): Promise<void> {
  const lab = await Lab.create({ hosts: ['a', 'b', 'probe'] })
  try {
    const [a, b, probe] = [lab.host('a'), lab.host('b'), lab.host('probe')]
    await a.setReachable(false)
    const low = await b.start({ kind: lower, config: instance({ priority: 100 }) })
    await low.logs('Entering BACKUP STATE', seconds(5))
    await probe.inject(craftSigned({ ...master, source: '10.9.0.3', priority: 0, sequence: 1_000_000 }))
    await b.holdsWithin(VIP, takeover(100))
    await a.start({ kind: higher, config: instance({ priority: 150 }) })
    await a.holdsWithin(VIP, takeover(150))
    await pause(settle)
    await a.setReachable(true)
    await b.lacksWithin(VIP, masterDownInterval(100))
    expect(await a.holds(VIP)).toBe(true)
  } finally {
    await lab.destroy()
  }
}

async function replay(active: DaemonKind, standby: DaemonKind): Promise<void> {
  const lab = await Lab.create({ hosts: ['a', 'b', 'probe'] })
  try {
    await replayIn(lab, active, standby)
  } finally {
    await lab.destroy()
  }
}

async function replayIn(
  lab: Lab<'a' | 'b' | 'probe'>,
  active: DaemonKind,
  standby: DaemonKind,
): Promise<void> {
  const [a, b, probe] = [lab.host('a'), lab.host('b'), lab.host('probe')]
  const capture = await probe.capture()
  const ofA = async (priority: number): Promise<Buffer[]> =>
    (await capture.frames())
      .filter((frame) => {
        const advert = asAdvert(frame)
        return advert?.source === a.address() && advert.priority === priority
      })
      .map(({ bytes }) => bytes)
  const backup = await b.start({ kind: standby, config: instance({ priority: 100 }) })
  await backup.logs('Entering BACKUP STATE', promptly)

  let daemon = await a.start({ kind: active, config: instance({ priority: 150 }) })
  await a.holdsWithin(VIP, takeover(150))
  await pause(settle)
  await daemon.stop()
  await b.holdsWithin(VIP, takeover(100))
  const [goodbye] = await ofA(0)
  daemon = await a.start({ kind: active, config: instance({ priority: 150 }) })
  await b.lacksWithin(VIP, takeover(150))
  // A goodbye that is believed lets Skew_Time pass, no more: less than what is between two adverts.
  for (let turn = 0; turn < 10; turn++) {
    await probe.inject(goodbye!)
    await pause(milliseconds(300))
    expect(await b.holds(VIP)).toBe(false)
  }
  expect(await a.holds(VIP)).toBe(true)

  await daemon.kill()
  const recorded = await ofA(150)
  let turn = 0
  const next = async (): Promise<boolean> => {
    await probe.inject(recorded[turn++ % recorded.length]!)
    return b.holds(VIP)
  }
  await until('b to take over', next, plus(masterDownInterval(100), promptly))
  expect(await backup.log()).toMatch(/IPSEC-AH : sequence number \d+ already processed/)
}
