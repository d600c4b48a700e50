/**
 * `vrrpd cleanup`: takes away what a daemon that ended without a goodbye has
 * left in the kernel, by its own record of it. For ExecStopPost, and for the
 * operator after a kill -9. What a running daemon holds is never touched.
 */

import { rmSync } from 'node:fs'
import { openKernel, type Kernel } from '../../netlink/kernel.ts'
import { linkSettings } from '../../system/link-sysctl.ts'
import { enterNetworkNamespace } from '../../system/process.ts'
import { loadFor } from '../configuration.ts'
import { takeAwayLeft } from './left-services.ts'
import { removeTables } from '../kernel/firewall-cleanup.ts'
import { acquirePidFiles, holderOf } from './pid-files.ts'
import { removeRecorded } from './remove-recorded.ts'
import type { ReadRecord } from './run-record.ts'
import { bootId, diskRecord } from './disk-record.ts'
import { readRecord, recordPath } from './run-record-file.ts'
import { pidFilePaths, type DaemonSettings } from '../settings.ts'
import { withProcessWide } from '../instance-naming.ts'

const EXIT = { clean: 0, failed: 1, running: 2 } as const

/** @returns the exit code: 0 nothing of ours is left, 1 something could not be removed, 2 a daemon runs */
export async function cleanUp(asked: DaemonSettings, say: (text: string) => void): Promise<number> {
  // Which daemon it was may stand in the file; one that cannot be read says nothing.
  const settings = withProcessWide(asked, (await loadFor(asked)).model.process)
  if (settings.namespace !== undefined) {
    const entered = enterNetworkNamespace(settings.namespace)
    if (!entered.ok)
      return failed(say, `cannot enter network namespace ${settings.namespace}: ${entered.error.text}`)
  }
  const { main } = pidFilePaths(settings)
  const locked = acquirePidFiles(settings)
  if (!locked.ok) {
    if (locked.error.kind === 'failed') return failed(say, locked.error.text)
    say(`${holderOf(main)}: its addresses are left alone; stop it first`)
    return EXIT.running
  }
  const code = cleanUpAfter(recordPath(main), say)
  locked.value.remove()
  // After a crash the table stays: traffic goes on, and the next start takes it over.
  if (howItEnded(process.env) === 'failed') return code
  return Math.max(code, EXIT[takeAwayLeft(pidFilePaths(settings).checkers, say)])
}

function cleanUpAfter(path: string, say: (text: string) => void): number {
  const record = readRecord(diskRecord(path), bootId())
  if (record === undefined) {
    say('nothing to clean up: no daemon has ended without a goodbye')
    return EXIT.clean
  }
  const kernel = openKernel({})
  if (!kernel.ok)
    return failed(say, `cannot ask the kernel: ${kernel.error.text} (root or CAP_NET_ADMIN is needed)`)
  try {
    return removeWith(kernel.value, record, path, say)
  } finally {
    kernel.value.close()
  }
}

function removeWith(kernel: Kernel, record: ReadRecord, path: string, say: (text: string) => void): number {
  let complaints = 0
  const complain = (text: string): void => {
    complaints += 1
    say(text)
  }
  const present = removeRecorded(record, { kernel, linkSettings }, complain)
  const tables = removeTables(record.firewallTables ?? [], complain)
  for (const text of present) say(`removed ${text}`)
  for (const name of tables) say(`removed nftables table ${name} (no_accept)`)
  if (complaints > 0) return EXIT.failed
  // systemd is about to start the daemon again, which wants to know who was Master.
  if (howItEnded(process.env) !== 'failed') rmSync(path, { force: true })
  if (present.length === 0 && tables.length === 0) say('nothing to clean up: no address of ours is left')
  return EXIT.clean
}

/**
 * How the daemon has ended, as systemd tells in ExecStopPost (systemd.exec(5)): `stopped` on purpose, `failed` by
 * itself, in which case it is about to be started again. `unknown`: nobody says; an operator has typed this. What goes on
 * serving without the daemon (the IPVS table) is left to the next one after a failure.
 */
export function howItEnded({
  SERVICE_RESULT: result,
}: Readonly<Record<string, string | undefined>>): 'stopped' | 'failed' | 'unknown' {
  if (result === undefined || result === '') return 'unknown'
  return result === 'success' ? 'stopped' : 'failed'
}

function failed(say: (text: string) => void, text: string): number {
  say(text)
  return EXIT.failed
}
