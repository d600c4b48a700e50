/**
 * How late adverts are while something keeps the daemon busy. One instance on
 * a link of its own advertises once a second and is watched from outside; two
 * hundred and fifty others, on another link, make the work. Late is what the
 * longest time between two adverts has more than a second.
 */

import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { plus, seconds } from '../src/base/time.ts'
import type { Daemon, DaemonKind } from '../test/support/lab/daemon.ts'
import { craftAdvert } from '../test/support/lab/craft.ts'
import { masterDownInterval, pause, wallNow } from '../test/support/lab/time.ts'
import { Lab, promptly, type Host } from '../test/support/lab.ts'
import { run } from '../test/support/tools.ts'

const STEADY = '10.8.0.100'
const MANY = 250
const CLIENTS = 200
const MEGABYTE = 1 << 20

interface Scene {
  readonly kind: DaemonKind
  readonly router: Host
  readonly watcher: Host
  readonly daemon: Daemon
}

interface Load {
  readonly label: string
  /** keepalived has nothing like it. */
  readonly onlyVrrpd?: true
  /** Lines of global_defs. */
  readonly global?: (directory: string) => string
  readonly under?: (directory: string) => readonly string[]
  disturb(scene: Scene): Promise<void>
}

/** All others lose their link and have it again, twice: they leave, listen, and are Master at one moment. */
async function changeAll({ router }: Scene): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await router.setCable('down', 'eth0')
    await pause(seconds(1))
    await router.setCable('up', 'eth0')
    await pause(plus(masterDownInterval(100), seconds(1.5)))
  }
}

const fifoOf = (directory: string): string => join(directory, 'states')

/** Bytes of no meaning in IP packets of VRRP, which the daemon has to read. */
async function floodLink({ watcher }: Scene): Promise<void> {
  const garbage = Array.from({ length: 16 }, (_, vrid) =>
    craftAdvert({ source: '10.9.0.2', vrid: 1 + vrid, priority: 255, addresses: [] }),
  ).map((frame) => Buffer.concat([frame, Buffer.alloc(1024 - frame.length, 0x55)]))
  const frames = Array.from({ length: MEGABYTE / 1024 }, (_, index) => garbage[index % garbage.length]!)
  for (let second = 0; second < 5; second++) {
    await watcher.inject(frames, 'eth0')
    await pause(seconds(1))
  }
}

const open = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket))
    socket.once('error', reject)
  })

/** Each asks for the status of all instances, and again as soon as it has it. */
async function askAll({ daemon }: Scene): Promise<void> {
  const request = '{"version":1,"request":"status"}\n'
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => open(daemon.controlSocket)))
  for (const client of clients) {
    client.on('error', () => client.destroy())
    client.on('data', (chunk) => {
      if (chunk.at(-1) === 10) client.write(request)
    })
    client.write(request)
  }
  await pause(seconds(8))
  for (const client of clients) client.destroy()
}

async function talkRubbish({ daemon }: Scene): Promise<void> {
  for (let second = 0; second < 5; second++) {
    const client = await open(daemon.controlSocket)
    client.on('error', () => client.destroy())
    client.end(Buffer.alloc(MEGABYTE, 0x55))
    await pause(seconds(1))
    client.destroy()
  }
}

export const loads: readonly Load[] = [
  { label: 'nothing else happens', disturb: () => pause(seconds(6)) },
  { label: `${MANY} instances change state at once`, disturb: changeAll },
  {
    label: 'the same, and nobody reads the log',
    // A pipe that somebody holds open and does not read; full at 64 KiB.
    under: (directory) => {
      const pipe = join(directory, 'log.pipe')
      return ['sh', '-c', `mkfifo ${pipe}; sleep 60 3<> ${pipe} & exec "$@" 3<> ${pipe} 1>&3 2>&3 3>&-`, 'sh']
    },
    disturb: changeAll,
  },
  {
    label: 'the same, and nobody reads the FIFO',
    global: (directory) => `vrrp_notify_fifo ${fifoOf(directory)}`,
    disturb: async (scene) => {
      const reader = run(['timeout', '20', 'sh', '-c', `sleep 19 3<> ${fifoOf(scene.router.directory)}`])
      await changeAll(scene)
      await reader.catch(() => undefined)
    },
  },
  { label: '1 MiB of garbage a second comes from a link', disturb: floodLink },
  { label: `${CLIENTS} clients ask for the status all the time`, onlyVrrpd: true, disturb: askAll },
  { label: '1 MiB of garbage a second comes from a control client', onlyVrrpd: true, disturb: talkRubbish },
]

/** Milliseconds; undefined: that daemon has no such thing. */
export async function measureLateness(kind: DaemonKind, load: Load): Promise<number | undefined> {
  if (load.onlyVrrpd && kind !== 'vrrpd') return undefined
  const lans = [
    { link: 'eth0', subnet: '10.9.0.0/24' },
    { link: 'eth1', subnet: '10.8.0.0/24' },
  ]
  const lab = await Lab.create({ hosts: ['router', 'watcher'], lans })
  try {
    const [router, watcher] = [lab.host('router'), lab.host('watcher')]
    const global = load.global?.(router.directory) ?? ''
    const config = configuration(global)
    const under = load.under?.(router.directory)
    const daemon = await router.start({ kind, config, ...(under && { under }) })
    await router.holdsWithin(STEADY, plus(masterDownInterval(100), promptly), 'eth1')
    await pause(seconds(2))
    const capture = await watcher.capture('eth1')
    const begin = wallNow()
    await load.disturb({ kind, router, watcher, daemon })
    const times = (await capture.adverts()).map(({ at }) => at).filter((at) => at >= begin)
    const moments = [...times, wallNow()]
    const gaps = moments.slice(1).map((at, index) => at - moments[index]!)
    // Who says nothing any more is late by all of the time.
    return Math.max(...gaps, moments[0]! - begin) / 1_000 - 1_000
  } finally {
    await lab.destroy()
  }
}

const configuration = (global: string): string => `
global_defs {
  ${global}
}
${instance(255, 'eth1', STEADY)}
${Array.from({ length: MANY }, (_, index) => instance(index + 1, 'eth0', `10.9.1.${index + 1}`)).join('')}
`

const instance = (vrid: number, link: string, address: string): string => `
vrrp_instance ${link}_${vrid} {
  interface ${link}
  virtual_router_id ${vrid}
  priority 100
  virtual_ipaddress {
    ${address}/24
  }
}
`
