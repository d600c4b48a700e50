/** auth_type AH: nobody without the password has a say. Its elections are told in scenarios/ah.netns.test.ts. */

import { expect, test } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { craftAdvert, craftSigned } from '../support/lab/craft.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import { asAdvert } from '../support/lab/frames.ts'
import { masterDownInterval, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { instance } from './scenarios/kit.ts'
import { settle, takeover, VIP } from './scenarios/matrix.ts'

const config = (priority: number): string => instance({ priority, auth: 'AH secret', vips: [VIP] })

const master = { source: '10.9.0.2', vrid: 51, priority: 200, addresses: [VIP], key: 'secret' }

interface Impostor {
  readonly frame: (sequence: number) => Buffer
  /** vrrpd's; keepalived 2.2.7 does not hear the unsigned ones, nor does it speak of what is not VRRP. */
  readonly words: string | RegExp
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
    // Its own count is 1 while it is Backup; on a busy machine it may be Master by now.
    words: /IPSEC-AH : sequence number 1 already processed\. Packet dropped\. Local\(\d+\)/,
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
      for (const { words } of kind === 'vrrpd' ? impostors : []) await daemon.logs(words, promptly)
      expect(await daemon.log()).not.toContain('secret')
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
    const daemon = await lab.host('a').start({ kind, config: config(100) })
    await daemon.logs('Startup complete', patiently)
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
    const low = await b.start({ kind: lower, config: config(100) })
    await low.logs('Entering BACKUP STATE', patiently)
    await probe.inject(craftSigned({ ...master, source: '10.9.0.3', priority: 0, sequence: 1_000_000 }))
    await b.holdsWithin(VIP, takeover(100))
    await a.start({ kind: higher, config: config(150) })
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
  const backup = await b.start({ kind: standby, config: config(100) })
  await backup.logs('Entering BACKUP STATE', promptly)

  let daemon = await a.start({ kind: active, config: config(150) })
  await a.holdsWithin(VIP, takeover(150))
  await pause(settle)
  await daemon.stop()
  await b.holdsWithin(VIP, takeover(100))
  const [goodbye] = await ofA(0)
  daemon = await a.start({ kind: active, config: config(150) })
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
  await backup.logs(/IPSEC-AH : sequence number \d+ already processed/, promptly)
}
