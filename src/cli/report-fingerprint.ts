/**
 * What of a status report is worth a new line where nobody looks on: not ages,
 * counters and durations, nor times that are reckoned anew for each report. Pure.
 */

import type { CheckerReport, RealServerReport, VirtualServerReport } from '../control/lvs-report.ts'
import type { InstanceReport, MasterReport, StatusReport, TrackerReport } from '../control/report.ts'

/** Equal for two reports between which nothing has changed that an operator would act upon. */
export function fingerprintOf(report: StatusReport): string {
  const { problems, instances, groups, notices, daemon, virtualServers, syncDaemon, director } = report
  const { pid, startedAt, configFile, loadedAt } = daemon
  return JSON.stringify([
    problems.map(({ code, severity, instance, text }) => [code, severity, instance, withoutNumbers(text)]),
    instances.map(instanceEssence),
    groups,
    notices,
    [pid, startedAt, configFile, loadedAt],
    virtualServers?.map(virtualServerEssence),
    syncDaemon,
    director && [director.pid, director.startedAt, director.loadedAt],
  ])
}

/**
 * `9 adverts from 10.0.0.2 rejected, the last 1 s ago` is not news every second. The daemon that wrote this may be older
 * or newer than we are, and who sends those adverts stands nowhere else in its report.
 */
const withoutNumbers = (text: string): string =>
  text.replace(/\d+(\.\d+)*/g, (number) => (number.split('.').length === 4 ? number : '#'))

/** A change of state is in the history, with a time that stays. */
const instanceEssence = (instance: InstanceReport): unknown => ({
  ...instance,
  since: undefined,
  counters: undefined,
  preempt: withoutNumbers(instance.preempt.because),
  master: instance.master && masterEssence(instance.master),
  rivals: instance.rivals.map(masterEssence),
  trackers: instance.trackers.map(trackerEssence),
  drained: instance.drained !== null,
})

const masterEssence = ({ address, priority }: MasterReport): unknown => [address, priority]

const trackerEssence = ({ run, ...rest }: TrackerReport): unknown => [rest, run?.result]

/** A time that is reckoned anew for each report may differ in its last digit. */
const virtualServerEssence = (virtualServer: VirtualServerReport): unknown => ({
  ...virtualServer,
  quorum: { ...virtualServer.quorum, since: undefined },
  realServers: virtualServer.realServers.map(serverEssence),
})

const serverEssence = (server: RealServerReport): unknown => ({
  ...server,
  since: undefined,
  connections: undefined,
  checkers: server.checkers.map(checkerEssence),
})

/** That one attempt failed, or came to nothing, is news; when, and how long it took, is not. */
const checkerEssence = ({ kind, target, state, last }: CheckerReport): unknown => [
  ...[kind, target, state],
  last?.ok === false ? withoutNumbers(last.reason ?? '') : last?.ok,
]
