/**
 * Configurations from the world, run by keepalived and by vrrpd, each on a host that has the
 * links they name: the same states, addresses, routes and rules, and the same trace after the end.
 * A few files, from a seed (support/seeds.ts): VRRPD_CORPUS=SEED chooses others, VRRPD_CORPUS=all runs every one.
 */

import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab, type Host } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { processTree } from '../support/lab/processes.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { pause } from '../support/lab/time.ts'
import { needs, sharedDirectory } from '../support/privileges.ts'
import { seedOf } from '../support/seeds.ts'

const directory = join(sharedDirectory() ?? '', 'configs')
const index = join(directory, 'index.json')

/** What is not the same, and why. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    'KASAMPLE__doc_samples_keepalived.conf.conditional_conf.conf',
    'VRRP version 3, which vrrpd does not speak',
  ],
  ['KASAMPLE__doc_samples_keepalived.conf.vrrp.lvs_syncd.conf', 'keepalived ends where there is no ip_vs'],
  [
    'jarryxy__keepalived-windows__keepalived_keepalived.conf',
    'keepalived ends for an interface that is not there, vrrpd waits for it',
  ],
])

const SAMPLE = 5

function chosenFiles(): readonly string[] {
  if (!existsSync(index)) return []
  const all = (JSON.parse(readFileSync(index, 'utf8')) as readonly { readonly file: string }[])
    .map(({ file }) => file)
    .filter((file) => !EXCEPTIONS.has(basename(file)))
    // Not every kernel has macvlan.
    .filter((file) => !readFileSync(join(directory, file), 'latin1').includes('use_vmac'))
  if (process.env['VRRPD_CORPUS'] === 'all') return all
  const seed = seedOf('VRRPD_CORPUS')
  console.log(`corpus: VRRPD_CORPUS=${seed} chooses these files again`)
  // Steps of a prime go all over the list, in which files of one kind are neighbours.
  return Array.from({ length: SAMPLE }, (_, step) => all[(seed + step * 37) % all.length] ?? '')
}

const withoutComments = (text: string): string => text.replaceAll(/[#!].*/g, '')

function linksOf(text: string): readonly string[] {
  const named = [...text.matchAll(/\b(?:interface|dev|default_interface)\s+([A-Za-z][\w.:-]*)/g)]
  const tracked = [...text.matchAll(/track_interface\s*\{([^}]*)\}/g)].flatMap(([, block = '']) =>
    block.split('\n').map((line) => line.trim().split(/\s+/)[0] ?? ''),
  )
  const names = new Set([...named.map(([, name = '']) => name), ...tracked])
  const links = [...names].filter((name) => name !== '' && name !== 'lo' && name.length < 16)
  return links.length === 0 ? ['eth0'] : links
}

/** Until an instance that takes over has done so; longer intervals are still waiting by then, in both. */
function settled(text: string): ReturnType<typeof seconds> {
  const intervals = [...text.matchAll(/\badvert_int\s+(\d+)/g)].map(([, interval]) => Number(interval))
  return seconds(Math.max(1, ...intervals.filter((interval) => interval <= 3)) * 3 + 7)
}

interface Kernel {
  readonly addresses: readonly string[]
  readonly routes: readonly string[]
  readonly rules: readonly string[]
}

interface Played {
  readonly states: ReadonlyMap<string, string>
  readonly running: boolean
  readonly during: Kernel
  readonly before: Kernel
  readonly after: Kernel
}

async function play(context: TestContext, kind: DaemonKind, file: string): Promise<Played> {
  const path = join(directory, file)
  const text = withoutComments(readFileSync(path, 'utf8'))
  const lans = linksOf(text).map((link, number) => ({ link, subnet: `10.99.${number}.0/24` }))
  const lab = await Lab.create({ hosts: ['router'], lans })
  context.onTestFinished(() => lab.destroy())
  const router = lab.host('router')
  for (const [, source] of text.matchAll(/\b(?:unicast_src_ip|mcast_src_ip)\s+([\d.]+)/g)) {
    await router.ip('addr', 'replace', `${source}/24`, 'dev', lans[0]!.link)
  }
  const before = await look(router)
  const daemon = await router.start({ kind, config: { file: path }, under: contained(lab.directory) })
  await pause(settled(text))
  await untilStill({ kernels: [router.news] })
  const [during, running] = [await look(router), daemon.running]
  const [, , inside] = processTree(daemon.pid)
  if (inside !== undefined) process.kill(inside, 'SIGTERM')
  await daemon.exited
  const entered = [...(await daemon.log()).matchAll(/\(([^)]*)\) Entering (\w+) STATE/g)]
  const states = new Map(entered.map(([, name = '', state = '']) => [name, state]))
  return { states, running, during, before, after: await look(router) }
}

/** Their scripts are not ours: they find no process of the machine's and can write nowhere. */
const contained = (writable: string): readonly string[] => [
  ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'],
  `mount --bind ${writable} ${writable}; mount -t tmpfs run /run; mount -o remount,ro,bind / && exec timeout --foreground 80 "$@"`,
  'sh',
]

async function look(host: Host): Promise<Kernel> {
  const lines = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await host.ip(...args)).split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim())
  const isOurs = (line: string): boolean => line !== '' && !/\bfe80|ff00::/.test(line)
  const all = async (...words: readonly string[]): Promise<readonly string[]> =>
    [...(await lines('-4', ...words)), ...(await lines('-6', ...words))].filter(isOurs).toSorted()
  return {
    addresses: await all('-o', 'addr', 'show'),
    routes: await all('route', 'show', 'table', 'all'),
    rules: await all('rule', 'show'),
  }
}

const added = (from: readonly string[], to: readonly string[]): readonly string[] =>
  to.filter((line) => !from.includes(line))

/** What it has done, as far as somebody else can see it. */
const outcome = ({ states, running, before, during, after }: Played): unknown => ({
  states,
  running,
  addresses: {
    more: added(before.addresses, during.addresses),
    less: added(during.addresses, before.addresses),
  },
  routes: { more: added(before.routes, during.routes), less: added(during.routes, before.routes) },
  rules: { more: added(before.rules, during.rules), less: added(during.rules, before.rules) },
  leftBehind: [
    ...added(before.addresses, after.addresses),
    ...added(before.routes, after.routes),
    ...added(before.rules, after.rules),
  ],
})

needs(
  'netns',
  'root',
  'built',
  'keepalived',
  'shared',
)('keepalived.conf files from the world', () => {
  for (const file of chosenFiles()) {
    test.concurrent(file, async (context) => {
      const [keepalived, vrrpd] = await Promise.all([
        play(context, 'keepalived', file),
        play(context, 'vrrpd', file),
      ])
      expect(outcome(vrrpd)).toEqual(outcome(keepalived))
    })
  }
})
