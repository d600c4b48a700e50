/** Asks the running daemon how it is. */

import { isSameNetwork } from '../../base/network-namespace.ts'
import { rejected, accepted } from '../../base/result.ts'
import { askDaemon, isAbsence } from '../../control/client.ts'
import type { DaemonFacts, DaemonProblem, Known, OpenFiles } from '../facts.ts'
import type { Host } from './host.ts'

const PATIENCE_MS = 5_000

export async function collectDaemon(host: Host, controlPath: string): Promise<DaemonFacts> {
  const answer = await askDaemon(controlPath, 'status', PATIENCE_MS)
  if (!answer.ok) {
    return isAbsence(answer.error) ? { kind: 'absent' } : { kind: 'silent', why: answer.error.text }
  }
  const report = answer.value
  const { pid } = report.daemon
  return {
    kind: 'running',
    report,
    problems: problemsIn(report),
    files: await filesOf(host, pid),
    sameNetwork: await isOfOurNetwork(host, pid),
  }
}

async function isOfOurNetwork(host: Host, pid: number): Promise<boolean> {
  const its = await host.readLink(`/proc/${pid}/ns/net`)
  return isSameNetwork(await host.readLink('/proc/self/ns/net'), its)
}

/** A daemon of an earlier version tells none. */
function problemsIn(report: object): readonly DaemonProblem[] {
  const list: unknown = 'problems' in report ? report.problems : undefined
  return Array.isArray(list) ? list.flatMap(problemOf) : []
}

const SEVERITIES: Readonly<Record<string, DaemonProblem['severity']>> = { warning: 'warning', notice: 'hint' }

/** Whatever its version calls critical, or does not grade, is a problem. */
function problemOf(value: unknown): readonly DaemonProblem[] {
  if (typeof value !== 'object' || value === null) return []
  const { code, text, severity, advice } = value as Readonly<Record<string, unknown>>
  if (typeof code !== 'string' || typeof text !== 'string') return []
  const grade = SEVERITIES[String(severity)] ?? 'problem'
  return [{ code, text, severity: grade, ...(typeof advice === 'string' && { advice }) }]
}

async function filesOf(host: Host, pid: number): Promise<Known<OpenFiles>> {
  const limits = (await host.read(`/proc/${pid}/limits`)) ?? ''
  const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  const open = await host.list(`/proc/${pid}/fd`)
  if (limit === undefined || open.length === 0) return rejected('only root may look at it')
  return accepted({ open: open.length, limit: Number(limit) })
}
