/** What a process that served virtual servers has left in the kernel's table, taken away by its own record. */

import { rmSync } from 'node:fs'
import { serviceText } from '../../director/keys.ts'
import { ERRNO } from '../../netlink/errno.ts'
import { openIpvsTable } from '../../netlink/ipvs/table.ts'
import type { IpvsTable } from '../../netlink/ipvs/types.ts'
import type { RecordFile } from '../../world/world.ts'
import { adopt } from '../../director/record.ts'
import { acquirePidFile } from '../../system/file-lock.ts'
import { bootId, diskRecord } from './disk-record.ts'
import { recordPath } from './run-record-file.ts'

/**
 * @param open called when there is something to take away
 * @param complain hears what could not be
 * @returns the services that went; others' are not touched. The record goes when nothing is left
 */
export function removeLeftServices(
  record: Pick<RecordFile, 'readNow'>,
  bootId: string,
  table: Pick<IpvsTable, 'change'>,
  complain: (text: string) => void,
): readonly string[] {
  const adopted = adopt(record.readNow(), bootId, undefined)
  const services = adopted?.snapshot.services ?? []
  const refusals = table.change(services.map(({ key }) => ({ type: 'delete-service', key })))
  return services.flatMap(({ key }, position) => {
    const refusal = refusals[position]
    const text = serviceText(key)
    if (refusal === undefined) return [text]
    // Somebody has taken it away already.
    if (refusal.errno !== ERRNO.ESRCH && refusal.errno !== ERRNO.ENOENT)
      complain(`cannot remove IPVS service ${text}: ${refusal.text}`)
    return []
  })
}

/**
 * @param pidFile the process's
 * @param say hears a line for each service that went, and for what is in the way
 */
export function takeAwayLeft(pidFile: string, say: (text: string) => void): 'clean' | 'failed' | 'running' {
  const record = diskRecord(recordPath(pidFile))
  if (record.readNow() === undefined) return 'clean'
  const locked = acquirePidFile(pidFile)
  if (!locked.ok) {
    if (locked.error === 'held') {
      say(`virtual servers are served (${pidFile} is locked): the IPVS table is left alone`)
      return 'running'
    }
    say(`cannot use the pid file ${pidFile}: ${locked.error.text}`)
    return 'failed'
  }
  const complaints: string[] = []
  const table = openIpvsTable()
  if (table.ok) {
    const removed = removeLeftServices(record, bootId(), table.value, (text) => complaints.push(text))
    table.value.close()
    for (const service of removed) say(`removed IPVS service ${service}`)
  } else complaints.push(`cannot ask for the IPVS table: ${table.error.text}`)
  for (const text of complaints) say(text)
  if (complaints.length === 0) rmSync(record.path, { force: true })
  locked.value.remove()
  return complaints.length === 0 ? 'clean' : 'failed'
}
