/**
 * Addresses, routes and rules that a reload moves between instances and static blocks, with other attributes or
 * not. Some twenty seeded pairs of configurations, in chains: after each reload the kernel has what a fresh start
 * with the same file gives it, and what both files want as it is has not been away in between.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test, type TestContext } from 'vitest'
import { Lab, type Host } from '../support/lab.ts'
import type { Daemon } from '../support/lab/daemon.ts'
import { patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { seedOf } from '../support/seeds.ts'
import { findProgram } from '../support/tools.ts'

const CHAINS = 4
const RELOADS = 5
const seed = seedOf('VRRPD_MOVES')

type Kind = 'address' | 'address6' | 'route' | 'rule'
/** One thing in the kernel, in each of the ways in which it can be written; `told`: how ip-monitor(8) names it. */
interface Thing {
  readonly kind: Kind
  readonly told: string
  readonly written: readonly string[]
}

const address = (cidr: string, ...attributes: readonly string[]): Thing => ({
  kind: cidr.includes(':') ? 'address6' : 'address',
  told: `${cidr.includes(':') ? 'inet6' : 'inet'} ${cidr} `,
  written: ['', ...attributes].map((more) => `${cidr} dev eth0 ${more}`),
})
const route = (destination: string, ...written: readonly string[]): Thing => ({
  kind: 'route',
  told: `${destination} `,
  written,
})

const THINGS: readonly Thing[] = [
  address('10.9.0.110/24'),
  address('10.9.0.111/24', 'label eth0:v'),
  address('10.9.0.112/32'),
  // A network in which the host has no address: the kernel takes all of it along with the first.
  address('10.20.0.1/24'),
  address('10.20.0.2/24'),
  address('10.20.0.3/24', 'label eth0:w'),
  address('10.30.0.1/24', 'scope link', 'brd 10.30.0.255'),
  address('fd00:9::110/64', 'preferred_lft 0'),
  route('192.0.2.0/24', '192.0.2.0/24 via 10.9.0.254 dev eth0', '192.0.2.0/24 via 10.9.0.253 dev eth0'),
  route('198.51.100.0/24', 'blackhole 198.51.100.0/24', '198.51.100.0/24 via 10.9.0.254 dev eth0'),
  route('203.0.113.0/24', '203.0.113.0/24 dev eth0 metric 7', '203.0.113.0/24 dev eth0 metric 8'),
  {
    kind: 'rule',
    told: '100:',
    written: ['from 10.9.0.110 table 9 priority 100', 'from 10.9.0.110 table 10 priority 100'],
  },
  { kind: 'rule', told: '101:', written: ['to 10.20.0.0/24 table 9 priority 101'] },
]

const PLACES = ['A', 'B', 'C', 'A excluded', 'B excluded', 'static', undefined] as const
interface Placed {
  readonly place: (typeof PLACES)[number]
  readonly variant: number
}
interface Arrangement {
  readonly things: readonly Placed[]
  readonly hasC: boolean
  /** A router is the same one under another name. */
  readonly nameOfB: string
}

const arrangements: fc.Arbitrary<Arrangement> = fc.record({
  things: fc.tuple(
    ...THINGS.map(({ written }) =>
      fc.record({ place: fc.constantFrom(...PLACES), variant: fc.nat(written.length - 1) }),
    ),
  ),
  hasC: fc.boolean(),
  nameOfB: fc.constantFrom('B', 'B', 'renamed'),
})

/** Where it stands in the file; nothing of C is there without C, and other addresses of IPv6 are excluded ones. */
function placeOf({ things, hasC }: Arrangement, index: number): string | undefined {
  const { place } = things[index]!
  const { kind } = THINGS[index]!
  if (place === undefined || (place === 'C' && !hasC)) return undefined
  if (place === 'static')
    return kind === 'rule' ? 'static_rules' : kind === 'route' ? 'static_routes' : 'static_ipaddress'
  const [name = ''] = place.split(' ')
  if (kind === 'route') return `${name} virtual_routes`
  if (kind === 'rule') return `${name} virtual_rules`
  return `${name} virtual_ipaddress${kind === 'address6' || place.endsWith('excluded') ? '_excluded' : ''}`
}

const wanted = (arrangement: Arrangement): { kind: Kind; told: string; place: string; written: string }[] =>
  THINGS.flatMap(({ kind, told, written }, index) => {
    const place = placeOf(arrangement, index)
    return place === undefined
      ? []
      : [{ kind, told, place, written: written[arrangement.things[index]!.variant]! }]
  })

const INSTANCES = ['A', 'B', 'C'] as const

function configOf(arrangement: Arrangement): string {
  const all = wanted(arrangement)
  const block = (place: string, ...always: readonly string[]): string => {
    const lines = [...always, ...all.filter((each) => each.place === place).map(({ written }) => written)]
    return lines.length === 0 ? '' : `${place.split(' ').at(-1)!} {\n  ${lines.join('\n  ')}\n}\n`
  }
  const instances = INSTANCES.filter((name) => name !== 'C' || arrangement.hasC).map(
    (name, index) => `
vrrp_instance ${name === 'B' ? arrangement.nameOfB : name} {
interface eth0
virtual_router_id ${51 + index}
priority 254
${block(`${name} virtual_ipaddress`, `10.9.1.${index + 1}/32`)}${[
      'virtual_ipaddress_excluded',
      'virtual_routes',
      'virtual_rules',
    ]
      .map((what) => block(`${name} ${what}`))
      .join('')}}
`,
  )
  return (
    ['static_ipaddress', 'static_routes', 'static_rules'].map((what) => block(what)).join('') +
    instances.join('')
  )
}

/** All of it that is not the host's own, in no order. */
async function kernelOf(host: Host): Promise<readonly string[]> {
  const [addresses, ...routing] = await Promise.all(
    [
      ['-o', 'addr', 'show', 'dev', 'eth0', 'scope', 'global'],
      ['-o', 'route', 'show', 'table', 'all', 'proto', 'keepalived'],
      ['-o', '-6', 'route', 'show', 'table', 'all', 'proto', 'keepalived'],
      ['-o', 'rule'],
    ].map((argv) => host.ip(...argv)),
  )
  const links = await host.ip('-o', '-4', 'addr', 'show', 'dev', 'eth0', 'scope', 'link')
  const lines = [addresses!, links, ...routing]
    .join('\n')
    .split('\n')
    // Which of a network is the first depends on who came first; the rest of the line tells how long it lives.
    .map((line) =>
      line
        .replace(/^\d+: eth0\s+/, '')
        .replace(/ secondary/, '')
        .replace(/\\.*valid_lft/, ' valid_lft')
        .trim(),
    )
    .filter((line) => line !== '' && !/lookup (local|main|default)|inet 10\.9\.0\.1\//.test(line))
  return [...new Set(lines)].sort()
}

/** Everything that the arrangement asks for is there, and nothing else. */
async function settled(host: Host, arrangement: Arrangement): Promise<readonly string[]> {
  const count = wanted(arrangement).length + (arrangement.hasC ? 3 : 2)
  let lines: readonly string[] = []
  const isSettled = async (): Promise<boolean> => (lines = await kernelOf(host)).length === count
  await until('all of it to be there', isSettled, patiently).catch((error: unknown) => {
    throw new Error(`${count} wanted by ${configOf(arrangement)}\nthere: ${lines.join('\n')}`, {
      cause: error,
    })
  })
  return lines
}

/** What ip-monitor(8) tells of a host, line by line. */
async function monitor(
  host: Host,
  { onTestFinished }: TestContext,
): Promise<{ lines: string[]; mark(): Promise<void> }> {
  const child: ChildProcess = spawn(
    findProgram('ip') ?? 'ip',
    ['-n', host.namespace, '-o', 'monitor', 'address', 'route', 'rule'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines: string[] = []
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const all = (rest + chunk).split('\n')
    rest = all.pop() ?? ''
    lines.push(...all)
  })
  let marks = 0
  /** Resolves when everything that has happened until now has been told. */
  const mark = async (): Promise<void> => {
    marks += 1
    const text = `unreachable 240.0.0.${marks}`
    await until(
      'the monitor to have told all',
      async () => {
        await host.ip('route', 'replace', 'unreachable', `240.0.0.${marks}`)
        await host.ip('route', 'del', 'unreachable', `240.0.0.${marks}`)
        return lines.some((line) => line.includes(text))
      },
      patiently,
    )
  }
  await mark()
  return { lines, mark }
}

async function reload(daemon: Daemon, config: string, times: number): Promise<void> {
  await daemon.rewrite(config)
  daemon.signal('SIGHUP')
  await until(
    'the reload',
    async () => ((await daemon.log()).match(/Reload complete/g) ?? []).length >= times,
    patiently,
  )
}

const chains = fc.sample(fc.array(arrangements, { minLength: RELOADS + 1, maxLength: RELOADS + 1 }), {
  numRuns: CHAINS,
  seed,
})

needs(
  'netns',
  'root',
  'built',
)('a reload that moves things', () => {
  describe.concurrent(`seed ${seed} (VRRPD_MOVES)`, () => {
    for (const [index, chain] of chains.entries()) {
      test(`chain ${index + 1}: as after a fresh start, and nothing that stays is away`, async (context) => {
        const [running, fresh] = await Promise.all([
          Lab.create({ hosts: ['a'] }),
          Lab.create({ hosts: ['a'] }),
        ])
        context.onTestFinished(async () => {
          await Promise.all([running.destroy(), fresh.destroy()])
        })
        const host = running.host('a')
        for (const each of [host, fresh.host('a')])
          await each.exec(['sh', '-c', 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'])
        const { lines, mark } = await monitor(host, context)
        const args = index % 2 === 0 ? [] : ['--restore-addresses']
        const daemon = await host.start({ kind: 'vrrpd', config: configOf(chain[0]!), args })
        await settled(host, chain[0]!)
        for (const [step, arrangement] of chain.slice(1).entries()) {
          const before = chain[step]!
          await mark()
          const begin = lines.length
          await reload(daemon, configOf(arrangement), 2 * step + 1)
          const after = await settled(host, arrangement)
          expect(after, `${configOf(before)}\n→\n${configOf(arrangement)}`).toEqual(
            await freshly(fresh.host('a'), arrangement),
          )
          await mark()
          // A C that only begins takes no part yet: what moves there goes for as long as it listens.
          const stays = kept(before, arrangement)
          const gone = lines.slice(begin).filter((line) => line.startsWith('Deleted'))
          for (const { told } of stays)
            expect(
              gone.filter((line) => line.includes(told)),
              `${told}\n${configOf(before)}\n→\n${configOf(arrangement)}`,
            ).toEqual([])
          // Once more, and there is nothing left to mend.
          const end = lines.length
          await reload(daemon, configOf(arrangement), 2 * step + 2)
          await mark()
          expect(lines.slice(end).filter((line) => !line.includes('240.0.0.'))).toEqual([])
        }
        expect(await daemon.log()).not.toMatch(/put back|Restoring|cannot (set|remove)/)
        await daemon.stop()
        expect(await kernelOf(host)).toEqual([])
      })
    }
  })
})

async function freshly(host: Host, arrangement: Arrangement): Promise<readonly string[]> {
  const daemon = await host.start({ kind: 'vrrpd', config: configOf(arrangement) })
  const lines = await settled(host, arrangement)
  await daemon.stop()
  return lines
}

/** What both want, written in the same way, by somebody who is Master in both. */
function kept(before: Arrangement, after: Arrangement): readonly { readonly told: string }[] {
  const was = wanted(before)
  return wanted(after).filter(
    ({ told, written, place }) =>
      was.some((each) => each.told === told && each.written === written) &&
      !(place.startsWith('C ') && !before.hasC),
  )
}
