/** The host that the daemon runs on: what of the world has to be opened is opened here. */

import { readFile } from 'node:fs/promises'
import { accepted, rejected, type Result } from '../base/result.ts'
import { openKernel } from '../netlink/kernel.ts'
import { Alarm } from '../system/clock.ts'
import { linkSettings } from '../system/link-sysctl.ts'
import { measureLoopLag } from '../system/loop-lag.ts'
import { systemScheduler } from '../system/scheduling.ts'
import type { SystemError } from '../system/system-error.ts'
import { trackedFiles } from '../scripts/tracking/file-content.ts'
import { processTable } from '../scripts/tracking/process-table.ts'
import { openAdvertReceiver, openAdvertSender } from '../vrrp/socket/advert-socket.ts'
import { openAdvertTap } from '../vrrp/socket/advert-tap.ts'
import { openArpSocket } from '../vrrp/socket/arp-socket.ts'
import { openArpTap } from '../vrrp/socket/arp-tap.ts'
import type { World } from '../world/world.ts'
import { bootId, diskRecord } from './recovery/disk-record.ts'
import { openFifo, serviceManager, type Programs } from './host-ports.ts'
import { findNft } from './kernel/firewall-cleanup.ts'

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
    openFifo,
    record: diskRecord(recordPath),
    bootId,
    scheduler: systemScheduler,
    service: serviceManager(complain),
    measureLag: measureLoopLag,
  })
}

const processName = (pid: number): Promise<string | undefined> =>
  readFile(`/proc/${String(pid)}/comm`, 'utf8').then(
    (name) => name.trim(),
    () => undefined,
  )
