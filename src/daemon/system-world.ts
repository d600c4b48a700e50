/** The host that the daemon runs on: what of the world has to be opened is opened here. */

import { readFile } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../base/result.ts'
import { openKernel } from '../netlink/kernel.ts'
import { Fifo } from '../scripts/fifo.ts'
import { Alarm, systemClock } from '../system/clock.ts'
import { linkSettings } from '../system/link-sysctl.ts'
import { measureLoopLag } from '../system/loop-lag.ts'
import { makeFifo } from '../system/process.ts'
import { systemScheduler } from '../system/scheduling.ts'
import { connectServiceManager } from '../system/sd-notify.ts'
import { createLauncher } from '../system/spawn.ts'
import type { SystemError } from '../system/system-error.ts'
import { SystemTimers } from '../system/timers.ts'
import { trackedFiles } from '../scripts/tracking/file-content.ts'
import { processTable } from '../scripts/tracking/process-table.ts'
import { openAdvertReceiver, openAdvertSender } from '../vrrp/socket/advert-socket.ts'
import { openAdvertTap } from '../vrrp/socket/advert-tap.ts'
import { openArpSocket } from '../vrrp/socket/arp-socket.ts'
import { openArpTap } from '../vrrp/socket/arp-tap.ts'
import type { World } from '../world/world.ts'
import { bootId, diskRecord } from './recovery/disk-record.ts'
import { findNft } from './kernel/firewall-cleanup.ts'

export type Programs = Pick<World, 'launcher' | 'timers' | 'clock'>

/** What is needed before there is anything to open: scripts may have to be looked at and run first. */
export const openPrograms = (): Programs => ({
  launcher: createLauncher(),
  timers: new SystemTimers(),
  clock: systemClock,
})

/**
 * In the network namespace that the process is in.
 *
 * @param recordPath beside the pid file: whoever holds the lock of that is the only one to write there
 * @param complain hears why there is no service manager though one is named
 */
export function openSystemWorld(
  programs: Programs,
  recordPath: string,
  complain: (text: string) => void,
): Result<World, SystemError> {
  const kernel = openKernel({})
  if (!kernel.ok) return rejected(kernel.error)
  const arp = openArpSocket()
  if (!arp.ok) return rejected(arp.error)
  const service = connectServiceManager(process.env)
  if (!service.ok) complain(`cannot reach the service manager: ${service.error.text}`)
  return accepted({
    ...programs,
    wallMs: () => Date.now(),
    createAlarm: (callback) => new Alarm(callback),
    soon: (callback) => void setImmediate(callback),
    kernel: kernel.value,
    linkSettings,
    adverts: { openSender: openAdvertSender, openReceiver: openAdvertReceiver, openTap: openAdvertTap },
    arp: arp.value,
    openArpTap,
    nft: findNft(),
    processName,
    trackedFiles,
    processTable,
    openFifo: (path, options) =>
      Fifo.open(path, options, (...fifo) => {
        const made = makeFifo(...fifo)
        return made.ok ? undefined : made.error.text
      }),
    record: diskRecord(recordPath),
    bootId,
    scheduler: systemScheduler,
    service: service.ok ? service.value : undefined,
    measureLag: measureLoopLag,
  })
}

const processName = (pid: number): Promise<string | undefined> =>
  readFile(`/proc/${String(pid)}/comm`, 'utf8').then(
    (name) => name.trim(),
    () => undefined,
  )
