/**
 * More virtual addresses than an advert can carry: by its count (255), and by the MTU of its link. Twenty
 * instances from a seed (support/seeds.ts; VRRPD_LIMITS=SEED makes others) on links of different MTUs, at a
 * start and across the limits by reloads, beside keepalived; and by the MTU, which keepalived does not follow.
 */

import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { advertCapacity } from '../../src/base/advert-capacity.ts'
import { milliseconds, seconds } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { patiently, pause, until, wallNow, type WallTime } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { seedOf } from '../support/seeds.ts'
import { run, runAnyway } from '../support/tools.ts'

const LINKS = ['eth0', 'eth1', 'eth2', 'eth3', 'eth4']
const INSTANCES = 20
const VIRTUAL = /^10\.1\d\d\./
/** keepalived takes its time for hundreds of addresses, and the machine may be busy. */
const settled = seconds(60)
const TEST_MS = 300_000

interface Case {
  readonly link: string
  readonly vrid: number
  readonly auth: 'none' | 'PASS' | 'AH'
  readonly unicast: boolean
  /** Virtual addresses, one configuration after the other. */
  readonly counts: readonly number[]
}

interface Plan {
  readonly mtus: ReadonlyMap<string, number>
  readonly cases: readonly Case[]
}

/** mulberry32 */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function makePlan(seed: number): Plan {
  const below = randomFrom(seed)
  const mtus = new Map(LINKS.map((link, index) => [link, index === 0 ? 1500 : 78 + below(150)]))
  const cases = Array.from({ length: INSTANCES }, (_, index): Case => {
    // One instance of hundreds of addresses is enough for a test machine.
    const link = index === 0 ? 'eth0' : (LINKS[1 + below(4)] ?? 'eth1')
    const auth = (['none', 'PASS', 'AH'] as const)[below(3)] ?? 'none'
    const most = capacityOf(mtus.get(link), auth)
    const around = (): number => Math.max(1, most - 2 + below(8))
    const counts = index === 0 ? [250, 260] : [around(), around()]
    return { link, vrid: index + 1, auth, unicast: below(3) === 0, counts }
  })
  return { mtus, cases }
}

const capacityOf = (mtu: number | undefined, auth: Case['auth']): number =>
  advertCapacity(mtu, { version: 2, family: 4, signed: auth === 'AH' })

const addressOf = ({ vrid }: Case, index: number): string =>
  `10.${100 + vrid}.${Math.floor(index / 200)}.${1 + (index % 200)}`

const addressesOf = (each: Case, stage: number): readonly string[] =>
  Array.from({ length: each.counts[stage] ?? 0 }, (_, index) => addressOf(each, index))

function config({ cases }: Plan, stage: number, peerOn: (link: string) => string): string {
  const instances = cases.map(
    (each) => `vrrp_instance VI_${each.vrid} {
  interface ${each.link}
  virtual_router_id ${each.vrid}
  priority 250
  garp_master_repeat 1
  garp_master_delay 0
  ${each.auth === 'none' ? '' : `authentication {\n auth_type ${each.auth}\n auth_pass secret\n }`}
  ${each.unicast ? `unicast_peer {\n ${peerOn(each.link)}\n }` : ''}
  virtual_ipaddress {
    ${addressesOf(each, stage).join('\n    ')}
  }
  virtual_ipaddress_excluded {
    10.${100 + each.vrid}.200.1
  }
}
`,
  )
  return instances.join('')
}

/** What each instance's last advert carries; only the first and the number of many say enough. */
async function advertised(
  captures: readonly Capture[],
  since: WallTime,
): Promise<ReadonlyMap<number, string>> {
  const adverts = (await Promise.all(captures.map((capture) => capture.adverts(since)))).flat()
  return new Map(
    adverts
      .filter(({ priority }) => priority > 0)
      .map(({ vrid, addresses }) => [vrid, `${addresses.length} from ${addresses[0] ?? ''} on`]),
  )
}

/** Virtual addresses only. */
async function held(router: Host): Promise<readonly string[]> {
  const links = JSON.parse(await router.ip('-j', '-4', 'addr')) as readonly {
    readonly addr_info?: readonly { readonly local: string }[]
  }[]
  return links
    .flatMap(({ addr_info: addresses = [] }) => addresses.map(({ local }) => local))
    .filter((address) => VIRTUAL.test(address))
    .sort()
}

/** What is right, for MTUs at this moment. */
const wantedAdverts = ({ cases }: Plan, stage: number, mtus: Plan['mtus']): ReadonlyMap<number, string> =>
  new Map(
    cases.map((each) => {
      const count = Math.min(each.counts[stage] ?? 0, capacityOf(mtus.get(each.link), each.auth))
      return [each.vrid, `${count} from ${count === 0 ? '' : addressOf(each, 0)} on`]
    }),
  )

const wantedAddresses = ({ cases }: Plan, stage: number): readonly string[] =>
  cases.flatMap((each) => [...addressesOf(each, stage), `10.${100 + each.vrid}.200.1`]).sort()

async function makeScene(plan: Plan, finished: (end: () => Promise<void>) => void) {
  const lans = LINKS.map((link, index) => ({ link, subnet: `10.9.${index}.0/24` }))
  const lab = await Lab.create({ hosts: ['router', 'probe'], lans })
  finished(() => lab.destroy())
  const router = lab.host('router')
  const captures = await Promise.all(LINKS.map((link) => lab.host('probe').capture(link)))
  await setMtus(router, plan.mtus)
  await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'])
  return { router, captures, peerOn: (link: string) => lab.host('probe').address(link) }
}

const setMtus = (router: Host, mtus: Plan['mtus']): Promise<string> =>
  router.exec(['ip', '-batch', '-'], [...mtus].map(([link, mtu]) => `link set ${link} mtu ${mtu}\n`).join(''))

const seed = seedOf('VRRPD_LIMITS')

needs(
  'netns',
  'built',
  'keepalived',
)(`more addresses than an advert carries (VRRPD_LIMITS=${seed})`, () => {
  for (const kind of ['vrrpd', 'keepalived'] as const satisfies readonly DaemonKind[]) {
    test.concurrent(
      `${kind}: at a start, and by reloads across the limits`,
      async ({ onTestFinished }) => {
        const plan = makePlan(seed)
        const { router, captures, peerOn } = await makeScene(plan, onTestFinished)
        const daemon = await router.start({ kind, config: config(plan, 0, peerOn) })
        const is = async (stage: number, mtus: Plan['mtus'], since: WallTime): Promise<void> => {
          const wanted = wantedAdverts(plan, stage, mtus)
          const addresses = wantedAddresses(plan, stage)
          const isSo = async (): Promise<boolean> => {
            if (!daemon.running) return true
            const seen = await advertised(captures, since)
            const all = [...wanted].every(([vrid, text]) => seen.get(vrid) === text)
            return all && (await held(router)).join() === addresses.join()
          }
          const next = (): Promise<void> => pause(milliseconds(200))
          await until(`configuration ${stage}`, isSo, settled, next).catch(() => undefined)
          expect(daemon.running).toBe(true)
          expect(sorted(await advertised(captures, since))).toEqual(sorted(wanted))
          expect(await held(router)).toEqual(addresses)
        }
        await is(0, plan.mtus, 0)
        for (const stage of [1, 0]) {
          const since = wallNow()
          await daemon.rewrite(config(plan, stage, peerOn))
          daemon.signal('SIGHUP')
          await is(stage, plan.mtus, since)
        }
        if (kind === 'keepalived') return
        const less = new Map([...plan.mtus].map(([link, mtu]) => [link, mtu === 1500 ? 600 : mtu - 9]))
        for (const mtus of [less, plan.mtus]) {
          const since = wallNow()
          await setMtus(router, mtus)
          await is(0, mtus, since)
        }
        expect((await daemon.stop()).code).toBe(0)
        expect(await held(router)).toEqual([])
      },
      TEST_MS,
    )
  }

  test.concurrent(
    '-t: both complain, and say how many',
    async ({ onTestFinished }) => {
      const lab = await Lab.create({ hosts: ['router'] })
      onTestFinished(() => lab.destroy())
      const { namespace, directory } = lab.host('router')
      const file = join(directory, 'test.conf')
      const told = async (program: string): Promise<readonly [number | null, boolean]> => {
        const { code, stderr } = await runAnyway([
          'ip',
          'netns',
          'exec',
          namespace,
          program,
          '-t',
          '-f',
          file,
        ])
        return [code, /\b(131|255)\b/.test(stderr)]
      }
      for (const [count, mtu, complains] of [
        [255, 1500, false],
        [256, 1500, true],
        [131, 576, false],
        [132, 576, true],
      ] as const) {
        await run(['ip', '-n', namespace, 'link', 'set', 'eth0', 'mtu', String(mtu)])
        const one: Case = { link: 'eth0', vrid: 1, auth: 'none', unicast: false, counts: [count] }
        await writeFile(
          file,
          config({ cases: [one], mtus: new Map() }, 0, () => ''),
        )
        const both = await Promise.all(['keepalived', resolve('bin/vrrpd')].map(told))
        expect(both).toEqual([
          [complains ? 5 : 0, complains],
          [complains ? 5 : 0, complains],
        ])
      }
    },
    TEST_MS,
  )

  test.concurrent('said in the log and by status, once', async ({ onTestFinished }) => {
    const lab = await Lab.create({ hosts: ['router'] })
    onTestFinished(() => lab.destroy())
    const router = lab.host('router')
    const one: Case = { link: 'eth0', vrid: 1, auth: 'none', unicast: false, counts: [300] }
    const daemon = await router.start({
      kind: 'vrrpd',
      config: config({ cases: [one], mtus: new Map() }, 0, () => ''),
    })
    await router.holdsWithin(addressOf(one, 299), patiently)
    await daemon.logs(/warning: VI_1 has 300 virtual addresses .*255/, patiently)
    const status = async (): Promise<string> => {
      // A busy machine is a problem of its own, and then the exit code is not 0.
      const argv = [resolve('bin/vrrpd'), 'status', '--control', daemon.controlSocket]
      return (await runAnyway(argv)).stdout.replaceAll(/\s+/g, ' ')
    }
    const before = await status()
    expect(before).toContain('VI_1')
    expect(before).not.toContain('advertises')
    await router.ip('link', 'set', 'eth0', 'mtu', '576')
    await daemon.logs(/\(VI_1\) Number of VIPs \(255\) exceeds .*\(max 131 addresses\)/, patiently)
    expect(await status()).toContain('VI_1 advertises 131 of its 255 addresses')
    await router.ip('link', 'set', 'eth0', 'mtu', '1500')
    await daemon.logs('(VI_1) all 255 VIPs are advertised again', patiently)
    expect((await daemon.log()).match(/exceeds maximum/g)).toHaveLength(1)
  })
})

const sorted = (adverts: ReadonlyMap<number, string>): readonly string[] =>
  [...adverts].map(([vrid, text]) => `VI_${vrid}: ${text}`).sort()
