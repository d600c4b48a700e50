/** What hosts make of packets that somebody else made up. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { milliseconds, plus, seconds } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import { inject, type Capture } from '../support/lab/capture.ts'
import { craftVrrp, type AdvertFields } from '../support/lab/craft.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import { eventually, masterDownInterval, patiently, pause, until, wallNow } from '../support/lab/time.ts'
import { needs, sharedDirectory } from '../support/privileges.ts'
import { frame, fragments, inIp, packetCases, type PacketCase } from './packet-cases.ts'

interface Instance {
  readonly vrid: number
  readonly vip: string
  readonly priority: number
  readonly auth: boolean
  /** advert_int, seconds */
  readonly interval: number
}

const config = (instances: readonly Instance[]): string =>
  instances
    .map(
      ({ vrid, vip, priority, auth, interval }) => `
vrrp_instance V${vrid} {
  state ${priority === 255 ? 'MASTER' : 'BACKUP'}
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${interval}
  garp_master_delay 60
  garp_lower_prio_delay 60
  ${auth ? 'authentication {\n auth_type PASS\n auth_pass 1111\n }' : ''}
  virtual_ipaddress {
    ${vip}/24
  }
}`,
    )
    .join('\n')

interface Scene {
  readonly router: Host
  readonly capture: Capture
  readonly daemon: Daemon
  send(frames: readonly Buffer[]): void
}

async function stage(
  { onTestFinished }: TestContext,
  kind: DaemonKind,
  instances: readonly Instance[],
): Promise<Scene> {
  const lab = await Lab.create({ hosts: ['router', 'probe'] })
  onTestFinished(() => lab.destroy())
  const [router, probe] = [lab.host('router'), lab.host('probe')]
  // Else the kernel drops what claims to come from this host.
  await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/eth0/accept_local'])
  const capture = await probe.capture()
  const links = JSON.parse(await probe.ip('-j', 'link', 'show', 'dev', 'eth0')) as [{ ifindex: number }]
  const daemon = await router.start({ kind, config: config(instances) })
  return {
    router,
    capture,
    daemon,
    send: (frames) => {
      inject(probe.namespace, links[0].ifindex, ...frames)
    },
  }
}

const listens = (scene: Scene): Promise<void> =>
  until(
    'the daemon to listen',
    async () => (await scene.capture.joinOf('224.0.0.18')) !== undefined,
    patiently,
  )

/** What was seen of one instance: whether a packet every 0.3 s kept it Backup, and what one did to the Master. */
interface Outcome {
  readonly name: string
  readonly asBackup: 'takes over' | 'listens'
  readonly answers: readonly number[]
  readonly arps: number
  readonly keepsAddress: boolean
}

/** No router has this VRID. */
const MARK = 240

/** Long, so that there is room for an answer between two adverts even where a busy machine is late with it. */
const advertInterval = 3

const instances: readonly Instance[] = packetCases.map(({ priority }, index) => ({
  vrid: index + 1,
  vip: `10.9.1.${index + 1}`,
  priority: priority ?? 100,
  auth: true,
  interval: advertInterval,
}))

const framesFor = (router: Host, index: number): readonly Buffer[] => {
  const { vrid, vip } = instances[index]!
  const right: AdvertFields = {
    source: '10.9.0.3',
    vrid,
    priority: 200,
    addresses: [vip],
    password: '1111',
    interval: advertInterval,
  }
  return packetCases[index]!.frames(right, router.address())
}

async function play(context: TestContext, kind: DaemonKind): Promise<{ seen: Outcome[]; log: string }> {
  const scene = await stage(context, kind, instances)
  await listens(scene)
  const tookOver = await disturbBackups(scene)
  await until(
    'all to be Master',
    async () => (await heldAddresses(scene.router)).size === instances.length,
    patiently,
  )
  // One advert more, so that its time can be told from an answer's.
  await pause(seconds(advertInterval))
  const answers = await disturbMasters(scene)
  const held = await heldAddresses(scene.router)
  expect(scene.daemon.running).toBe(true)
  return {
    seen: packetCases.map(({ name }, index) => ({
      name,
      asBackup: tookOver.has(instances[index]!.vrid) ? 'takes over' : 'listens',
      ...answers[index]!,
      keepsAddress: held.has(instances[index]!.vip),
    })),
    log: await scene.daemon.log(),
  }
}

/**
 * Longer than a Master_Down_Interval after the last one has become Backup, and until some have taken over and no more
 * do: with fifty of them either takes a busy machine a while. @returns the VRIDs that were Master at its end, but for owners.
 */
async function disturbBackups({ router, capture, daemon, send }: Scene): Promise<ReadonlySet<number>> {
  const disturb = async (): Promise<void> => {
    send(packetCases.flatMap((each, index) => (each.onlyToMaster ? [] : framesFor(router, index))))
    await pause(milliseconds(300))
  }
  const backups = instances.filter(({ priority }) => priority < 255).length
  await until(
    'all to be Backup',
    async () => {
      await disturb()
      return new Set((await daemon.log()).match(/\(V\d+\) Entering BACKUP STATE/g)).size >= backups
    },
    patiently,
  )
  const atLeast = plus(masterDownInterval(100, seconds(advertInterval)), seconds(3)) + wallNow()
  const owners = instances.length - backups
  let [masters, since] = [0, wallNow()]
  while (masters <= owners || wallNow() < Math.max(atLeast, since + seconds(3))) {
    await disturb()
    const now = (await daemon.log()).match(/\(V\d+\) Entering MASTER STATE/g)?.length ?? 0
    if (now !== masters) [masters, since] = [now, wallNow()]
  }
  const end = wallNow()
  // Who is Master says so every advert interval, keepalived seconds late while it logs; nobody new is one so soon.
  const told = plus(seconds(advertInterval), seconds(advertInterval)) + end
  await pause(seconds((told - wallNow()) / 1e6))
  // A busy machine's capture is behind: when it has come by this packet of nobody's, it has seen all before it.
  send([frame(inIp('10.9.0.3', craftVrrp({ source: '10.9.0.3', vrid: MARK, priority: 1, addresses: [] })))])
  await until(
    'the capture to come by',
    async () => (await capture.adverts(told)).some(({ vrid }) => vrid === MARK),
    patiently,
  )
  return new Set(
    (await capture.adverts(end - seconds(advertInterval + 0.5)))
      .filter((advert) => isFrom(router)(advert) && advert.at < told)
      .map(({ vrid }) => vrid),
  )
}

/** Each in the middle between two of its own adverts, so that what it sends then is an answer. */
async function disturbMasters(scene: Scene): Promise<Pick<Outcome, 'answers' | 'arps'>[]> {
  const { router, capture } = scene
  const disturbed = new Map<number, number>()
  for (;;) {
    await disturbOnce(scene, disturbed)
    await pause(answerTime)
    // What was captured when is known afterwards only: where there was no room for an answer it is done again.
    const adverts = (await capture.adverts()).filter(isFrom(router))
    for (const [index, from] of [...disturbed]) {
      const own = adverts.filter(({ vrid, at }) => vrid === instances[index]!.vrid && at < from)
      const sinceLast = from - (own.at(-1)?.at ?? 0)
      if (sinceLast < milliseconds(200) || sinceLast > milliseconds(1500)) disturbed.delete(index)
    }
    if (disturbed.size === instances.length) break
  }
  const [adverts, arps] = [(await capture.adverts()).filter(isFrom(router)), await capture.gratuitousArps()]
  return instances.map(({ vrid, vip }, index) => {
    const from = disturbed.get(index)!
    const inTime = ({ at }: { at: number }): boolean => at >= from && at < from + answerTime
    return {
      answers: adverts.filter((each) => each.vrid === vrid && inTime(each)).map(({ priority }) => priority),
      arps: arps.filter((each) => each.address === vip && inTime(each)).length,
    }
  })
}

async function disturbOnce({ router, capture, send }: Scene, disturbed: Map<number, number>): Promise<void> {
  while (disturbed.size < instances.length) {
    const recent = (await capture.adverts(wallNow() - seconds(advertInterval))).filter(isFrom(router))
    for (const [index, { vrid }] of instances.entries()) {
      const now = wallNow()
      const last = recent.findLast((advert) => advert.vrid === vrid)?.at ?? 0
      if (disturbed.has(index) || now - last < milliseconds(300) || now - last > milliseconds(1300)) continue
      disturbed.set(index, now)
      send(framesFor(router, index))
    }
    await pause(milliseconds(10))
  }
}

/** With the wait for it, it ends well before the next advert is due. */
const answerTime = milliseconds(1000)

/** An injected advert may carry the router's own address, but not its hardware address. */
const isFrom =
  (router: Host) =>
  ({ mac }: { readonly mac: string }): boolean =>
    mac === router.mac()

async function heldAddresses(router: Host): Promise<ReadonlySet<string>> {
  const vips = (await router.addresses()).map(({ local }) => local)
  return new Set(vips.filter((address) => instances.some(({ vip }) => vip === address)))
}

const linesWith = (words: readonly string[], log: string): readonly string[] =>
  log.split('\n').filter((line) => words.every((each) => line.includes(each)))

/** What is expected of vrrpd where it is meant to differ: as if the packet had, or had not, been a right one. */
function meant(packet: PacketCase, asKeepalived: Outcome, right: Outcome): Outcome {
  if (packet.vrrpd === 'accepts') return { ...right, name: packet.name }
  if (packet.vrrpd === 'stays') {
    return { ...asKeepalived, asBackup: 'takes over', answers: [255], arps: 5, keepsAddress: true }
  }
  return asKeepalived
}

/** Every VRID that a packet may name, so that no packet is ignored for being nobody's. */
const everyVrid = (vrids: readonly number[], auth: boolean): readonly Instance[] =>
  vrids.map((vrid) => ({ vrid, vip: `10.9.2.${vrid}`, priority: 100, auth, interval: 1 }))

interface Vector {
  readonly id: string
  readonly ip_hex: string
  readonly payload_hex: string
}

function hostileVectors(): readonly Vector[] {
  const directory = join(sharedDirectory() ?? '', 'vectors', 'hostile')
  return readdirSync(directory).map(
    (file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Vector,
  )
}

/** Nobody takes an address from a Master that goes on saying so, whatever is thrown at it. */
async function survives(
  context: TestContext,
  kind: DaemonKind,
  own: readonly Instance[],
  attack: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await stage(context, kind, own)
  await scene.router.hasWithin({ addresses: own.map(({ vip }) => vip) }, patiently)
  const changes = await scene.router.watchAddresses()
  const from = wallNow()
  await attack(scene)
  // What has an effect has it by then; and the rhythm of the adverts shows.
  await pause(seconds(2.2))
  expect(scene.daemon.running).toBe(true)
  expect(changes.changes).toEqual([])
  // It reached the daemon.
  await scene.daemon.logs(/vrrp packet too (long|short)/, patiently)
  await eventually(async () => {
    const adverts = (await scene.capture.adverts(from)).filter(isFrom(scene.router))
    for (const { vrid } of own) {
      const at = adverts.filter((advert) => advert.vrid === vrid).map((advert) => advert.at)
      expect(at.length, `adverts of VRID ${vrid}`).toBeGreaterThanOrEqual(2)
      const gaps = at.slice(1).map((each, index) => each - at[index]!)
      expect(Math.max(...gaps), 'none is left out').toBeLessThan(seconds(2))
    }
  })
}

/** mulberry32: the same numbers below `bound` for the same seed, everywhere. */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

/** A right advert of a higher priority with a bit turned, cut or with a tail; now and then nothing but noise. */
function spoiled(random: (bound: number) => number, { vrid, vip }: Instance): Buffer {
  const bytes = craftVrrp({ source: '10.9.0.3', vrid, priority: 200, addresses: [vip], password: '1111' })
  const noise = Buffer.from(Array.from({ length: random(1400) }, () => random(256)))
  switch (random(4)) {
    case 0:
      bytes[random(bytes.length)]! ^= 1 << random(8)
      return bytes
    case 1:
      return bytes.subarray(0, random(bytes.length))
    case 2:
      return Buffer.concat([bytes, Buffer.of(0), noise])
    default:
      return noise
  }
}

describe.concurrent('made-up packets', () => {
  needs(
    'netns',
    'built',
    'keepalived',
  )('a packet with one thing wrong', () => {
    test('is ignored or answered as keepalived does, and logged once', async (context) => {
      const [keepalived, vrrpd] = await Promise.all([play(context, 'keepalived'), play(context, 'vrrpd')])
      const right = keepalived.seen[0]!
      expect(right).toEqual({
        name: 'nothing wrong',
        asBackup: 'listens',
        answers: [],
        arps: 0,
        keepsAddress: false,
      })
      expect(vrrpd.seen).toEqual(
        packetCases.map((packet, index) => meant(packet, keepalived.seen[index]!, right)),
      )
      for (const [index, { said }] of packetCases.entries()) {
        if (said === undefined) continue
        const name = `(V${index + 1})`
        expect(linesWith([name, said], keepalived.log), `keepalived: ${said}`).not.toHaveLength(0)
        const lines = linesWith([name, said], vrrpd.log)
        expect(lines, `${said}: once as Backup, once as Master`).toHaveLength(2)
        for (const line of lines) expect(line).toMatch(/ from 10\.9\.0\.3$/)
      }
    })
  })

  needs(
    'netns',
    'built',
    'keepalived',
    'shared',
  )('hostile packets of other projects', () => {
    for (const kind of ['vrrpd', 'keepalived'] as const) {
      test(`leave ${kind} Master`, async (context) => {
        const vectors = hostileVectors()
        expect(vectors).toHaveLength(27)
        const vrids = vectors.map(({ payload_hex }) => Number.parseInt(payload_hex.slice(2, 4), 16))
        const own = [...new Set(vrids)].filter((vrid) => vrid > 0)
        await survives(context, kind, everyVrid(own, false), async ({ send }) => {
          for (const { ip_hex, payload_hex } of vectors) {
            // As it was, and in a packet that the kernel delivers.
            send([
              frame(Buffer.from(ip_hex, 'hex')),
              frame(inIp('10.9.0.3', Buffer.from(payload_hex, 'hex'))),
            ])
          }
          return Promise.resolve()
        })
      })
    }
  })

  needs('netns', 'built')('noise', () => {
    test('a thousand spoiled adverts take nothing from a Master', async (context) => {
      const own = everyVrid([51], true)
      await survives(context, 'vrrpd', own, async ({ send }) => {
        const random = randomNumbers(20_261_121)
        const packets = Array.from({ length: 1000 }, (_, count) => {
          const packet = inIp(`10.9.0.${3 + random(200)}`, spoiled(random, own[0]!))
          // And a spoiled header for every tenth, which is the kernel's to refuse.
          if (count % 10 === 0) packet[random(20)] = random(256)
          return packet
        })
        for (let count = 0; count < packets.length; count += 100) {
          send(packets.slice(count, count + 100).map((packet) => frame(packet)))
          await pause(milliseconds(20))
        }
      })
    })

    test('64 KiB of it in one packet neither', async (context) => {
      const own = everyVrid([51], true)
      await survives(context, 'vrrpd', own, async ({ send }) => {
        const { vrid, vip } = own[0]!
        const right = craftVrrp({
          source: '10.9.0.3',
          vrid,
          priority: 200,
          addresses: [vip],
          password: '1111',
        })
        const random = randomNumbers(64)
        for (const start of [right, Buffer.alloc(0)]) {
          const payload = Buffer.alloc(65_535 - 20)
          payload.forEach((_, at) => (payload[at] = random(256)))
          start.copy(payload)
          send(fragments(inIp('10.9.0.3', Buffer.alloc(0)), payload, 2 + start.length, 1480))
          await pause(milliseconds(50))
        }
      })
    })
  })
})
