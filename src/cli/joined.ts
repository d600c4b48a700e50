/** What the daemon and the process that serves its virtual servers tell, as one report. Pure. */

import { accepted, rejected, type Result } from '../base/result.ts'
import type { LvsReport } from '../control/lvs-report.ts'
import { SEVERITIES, type Problem } from '../control/problem.ts'
import type { StatusReport } from '../control/report.ts'
import { select } from './selection.ts'

/** What came of the question for virtual servers. */
export type ServersAnswer =
  | { readonly kind: 'report'; readonly report: LvsReport }
  /** Nobody serves any. */
  | { readonly kind: 'none' }
  /** There is nothing of the name that was asked for: a whole sentence. */
  | { readonly kind: 'unknown'; readonly text: string }
  /** Somebody should answer, and does not: a whole sentence. `dead`: nobody listens where somebody has. */
  | { readonly kind: 'silent' | 'dead'; readonly text: string }

export interface Told {
  /** Undefined: there is no daemon, but the other one (`-C`). */
  readonly daemon: StatusReport | undefined
  readonly servers: ServersAnswer
}

/**
 * @param name of an instance, a sync group, a virtual or a real server; undefined: everything
 * @param now ISO 8601
 * @returns rejected where nothing has that name: why, in one or two lines
 */
export function joined(
  { daemon, servers: answer }: Told,
  name: string | undefined,
  now: string,
): Result<StatusReport, string> {
  const servers = answer.kind === 'dead' && servesNone(daemon) ? ({ kind: 'none' } as const) : answer
  const found = daemon && select(daemon, name)
  if (servers.kind !== 'report' || (name !== undefined && servers.report.virtualServers.length === 0)) {
    if (found?.ok === true)
      return accepted(isSilent(servers) ? withSilence(found.value, servers.text, now) : found.value)
    const texts = [...(found ? [found.error] : []), ...unknownServer(servers, name)]
    return rejected(texts.join('\n'))
  }
  const { problems, virtualServers, syncDaemon, director } = servers.report
  const own =
    found === undefined
      ? nothingBut(director)
      : found.ok
        ? found.value
        : emptied(daemon ?? nothingBut(director))
  return accepted({
    ...own,
    problems: worstFirst([...own.problems, ...problems]),
    ...{ virtualServers, syncDaemon, director },
  })
}

const isSilent = (servers: ServersAnswer): servers is Extract<ServersAnswer, { kind: 'silent' | 'dead' }> =>
  servers.kind === 'silent' || servers.kind === 'dead'

/** A crash may have left a socket behind that nobody is to answer at any more. */
const servesNone = (daemon: StatusReport | undefined): boolean =>
  daemon !== undefined &&
  (daemon.lvsProcess === undefined || daemon.lvsProcess.state === 'left-to-keepalived')

function unknownServer(servers: ServersAnswer, name: string | undefined): readonly string[] {
  if (servers.kind === 'unknown') return [servers.text]
  return servers.kind === 'report' ? [`no virtual or real server '${name ?? ''}'`] : []
}

const emptied = (report: StatusReport): StatusReport => ({
  ...report,
  problems: [],
  instances: [],
  groups: [],
})

const nothingBut = (director: LvsReport['director']): StatusReport => ({
  ...{ version: 1, problems: [], instances: [], groups: [], notices: [], daemon: director },
})

const worstFirst = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))

const withSilence = (report: StatusReport, text: string, now: string): StatusReport => ({
  ...report,
  problems: worstFirst([
    ...report.problems,
    {
      code: 'director-silent',
      severity: 'critical',
      text: `nobody tells of the virtual servers: ${text}`,
      advice: 'journalctl -u vrrpd',
      since: now,
      instance: null,
      instances: [],
    },
  ]),
})
