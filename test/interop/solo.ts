/** The story of one router, told by keepalived and by vrrpd; what can be seen from outside has to be the same. */

import { expect } from 'vitest'
import { Lab, type Host } from '../support/lab.ts'
import type { Capture } from '../support/lab/capture.ts'
import type { Daemon, DaemonKind } from '../support/lab/daemon.ts'
import type { RouteInfo } from '../support/lab/host.ts'
import type { LanOptions } from '../support/lab/network.ts'
import { makeRecorder } from '../support/lab/recorder.ts'
import { untilStill } from '../support/lab/stillness.ts'
import { patiently, until } from '../support/lab/time.ts'

export interface SoloStory {
  readonly lans?: readonly LanOptions[]
  /** The instance's lines; `notify` is the script that records its calls. */
  config(notify: string): string
  run(scene: Scene): Promise<void>
}

export interface Scene {
  readonly router: Host
  /** On the same links, and the only other one there. */
  readonly probe: Host
  readonly capture: Capture
  start(): Promise<Daemon>
  daemon(): Daemon
  /**
   * Waits until the notify script has been called for that state. keepalived starts its scripts in no
   * order, unless there is time between them.
   */
  notified(state: string): Promise<void>
  /** Writes down the addresses and routes of this moment, when all of its parts have come to rest. */
  look(name: string): Promise<void>
}

/** What was seen in the whole story; it holds no times. */
export interface Told {
  readonly looks: readonly { readonly name: string; readonly state: readonly string[] }[]
  /** Source and priority on the first link, repetitions left out but for priority 0. */
  readonly adverts: readonly string[]
  /** How many for each address, in the order of their first. */
  readonly arps: readonly string[]
  readonly notifies: readonly string[]
}

/** @param keepalivedConfig where keepalived needs more to do the same */
export async function expectAsKeepalived(
  story: SoloStory,
  keepalivedConfig: SoloStory['config'] = (notify) => story.config(notify),
): Promise<Told> {
  const [keepalived, vrrpd] = await Promise.all([
    tell({ ...story, config: keepalivedConfig }, 'keepalived'),
    tell(story, 'vrrpd'),
  ])
  expect(vrrpd).toEqual(keepalived)
  return vrrpd
}

export async function tell(story: SoloStory, kind: DaemonKind): Promise<Told> {
  const lans = story.lans ?? [{ link: 'eth0', subnet: '10.9.0.0/24' }]
  const lab = await Lab.create({ hosts: ['router', 'probe'], lans })
  try {
    const [router, probe] = [lab.host('router'), lab.host('probe')]
    // Else the kernel removes an address together with the first one of its network.
    await router.exec(['sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries'])
    const recorder = await makeRecorder(router.directory, 'notify')
    const captures = await Promise.all(lans.map(({ link }) => probe.capture(link)))
    const looks: { name: string; state: string[] }[] = []
    const watched = { kernels: [router.news], captures, recorders: [recorder] }
    let running: Daemon | undefined
    await story.run({
      router,
      probe,
      capture: captures[0]!,
      start: async () => (running = await router.start({ kind, config: story.config(recorder.command) })),
      daemon: () => {
        if (running === undefined) throw new Error('the daemon has not been started')
        return running
      },
      notified: (state) =>
        until(
          `a call for ${state}`,
          async () => (await recorder.calls()).some(({ args }) => args[2] === state),
          patiently,
        ),
      look: async (name) => {
        await untilStill(watched)
        looks.push({ name, state: await stateOf(router) })
      },
    })
    await untilStill(watched)
    const adverts = await captures[0]!.adverts()
    const arps = (await Promise.all(captures.map((capture) => capture.gratuitousArps()))).flat()
    return {
      looks,
      adverts: withoutRepetitions(adverts.map(({ source, priority }) => `${source} ${priority}`)),
      arps: tally(arps.map(({ address }) => address)),
      notifies: (await recorder.calls()).map(({ args }) => args.join(' ')),
    }
  } finally {
    await lab.destroy()
  }
}

async function stateOf(router: Host): Promise<string[]> {
  // Both by one process, so that they are of one moment.
  const [shown = '[]', main = '[]'] = (await router.ipBatch(['addr show', 'route show']))
    .split('\n')
    .filter((line) => line !== '')
  const links = JSON.parse(shown) as readonly { ifname?: string; addr_info?: readonly AddressText[] }[]
  const addresses = links.flatMap(({ ifname, addr_info }) =>
    (addr_info ?? []).map(({ local, prefixlen, scope, label }) =>
      [ifname, `${local}/${prefixlen}`, scope, label].join(' '),
    ),
  )
  const routes = (JSON.parse(main) as readonly RouteInfo[]).map(
    (route) => `route to ${route.dst} ${String(route['gateway'])} ${String(route['dev'])}`,
  )
  return [...addresses, ...routes].filter((line) => !line.startsWith('lo 127.')).sort()
}

interface AddressText {
  readonly local: string
  readonly prefixlen: number
  readonly scope: string
  readonly label?: string
}

const withoutRepetitions = (lines: readonly string[]): readonly string[] =>
  lines.filter((line, index) => line.endsWith(' 0') || line !== lines[index - 1])

function tally(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => `${value} x${count}`)
}
