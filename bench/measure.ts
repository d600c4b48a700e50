/** One measurement of one daemon in a laboratory of its own. */

import { plus, seconds } from '../src/base/time.ts'
import type { DaemonKind } from '../test/support/lab/daemon.ts'
import { memoryOf } from '../test/support/lab/processes.ts'
import { masterDownInterval, pause, until } from '../test/support/lab/time.ts'
import { Lab, promptly } from '../test/support/lab.ts'

const address = '10.9.0.100'

const config = (priority: number): string => `
vrrp_instance BENCH {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_ipaddress {
    ${address}/24
  }
}
`

export interface StartFigures {
  /** From exec to the IGMP report that the kernel sends for the join, ms. */
  readonly startUp: number
}

export async function measureStart(kind: DaemonKind): Promise<StartFigures> {
  const lab = await Lab.create({ hosts: ['a', 'watcher'] })
  try {
    const capture = await lab.host('watcher').capture()
    const daemon = await lab.host('a').start({ kind, config: config(100) })
    const joinOf = (): Promise<number | undefined> => capture.joinOf('224.0.0.18', daemon.startedAt)
    await until(`${kind} to join`, async () => (await joinOf()) !== undefined, plus(seconds(3), promptly))
    return { startUp: ((await joinOf())! - daemon.startedAt) / 1000 }
  } finally {
    await lab.destroy()
  }
}

export interface CrashFigures {
  /** The address on the new master's link, later than one Master_Down_Interval after the last advert, ms. */
  readonly crashOverhead: number
  /** From its first advert to the first gratuitous ARP, ms. */
  readonly advertToArp: number
  /** The backup's, all its processes, after some seconds, MiB. */
  readonly resident: number
  /** The same with shared pages divided among those who share them. */
  readonly proportional: number
}

export async function measureCrash(kind: DaemonKind): Promise<CrashFigures> {
  const lab = await Lab.create({ hosts: ['a', 'b', 'watcher'] })
  try {
    const [a, b] = [lab.host('a'), lab.host('b')]
    const capture = await lab.host('watcher').capture()
    const monitor = await b.watchAddresses()
    const master = await a.start({ kind, config: config(150) })
    const backup = await b.start({ kind, config: config(100) })
    await a.holdsWithin(address, plus(masterDownInterval(150), promptly))
    // Anywhere in the interval between two adverts.
    await pause(seconds(2 + Math.random()))
    const { rssKib, pssKib } = memoryOf(backup.pid)
    const killed = await master.kill()
    await b.holdsWithin(address, plus(masterDownInterval(100), promptly))
    const held = await monitor.sees('added', address, killed)
    const adverts = await capture.adverts()
    const last = adverts.findLast((advert) => advert.source === a.address())!
    const first = adverts.find((advert) => advert.source === b.address() && advert.at > killed)!
    const [arp] = await capture.gratuitousArps(killed)
    return {
      crashOverhead: (held.toldAt - last.at - masterDownInterval(100)) / 1000,
      advertToArp: (arp!.at - first.at) / 1000,
      resident: rssKib / 1024,
      proportional: pssKib / 1024,
    }
  } finally {
    await lab.destroy()
  }
}
