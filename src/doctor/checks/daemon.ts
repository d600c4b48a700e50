/** The running daemon: whether it answers, what troubles it, whether it keeps up. */

import type { Facts, RunningDaemon } from '../facts.ts'
import { counted, hint, ok, problem, unitSetting, unknown, warning, type Finding } from '../finding.ts'

/** Of the shortest advert interval, as for the problems of `vrrpd status`. */
const LATE = 0.5
const TAKEN_OVER = 2
/** What the doctor looks at himself. */
const OWN_CHECKS = ['firewall', 'loop-lag']

export function checkDaemon(facts: Facts): readonly Finding[] {
  const { daemon, root } = facts
  if (daemon.kind === 'absent') {
    return [
      hint('vrrpd is not running', 'what only a running daemon knows is left out', 'systemctl start vrrpd'),
    ]
  }
  if (daemon.kind === 'silent') {
    if (!root) return [unknown(daemon.why)]
    return [problem({ what: daemon.why, why: 'nobody can ask how it is', mend: 'systemctl status vrrpd' })]
  }
  const findings = [
    ...checkNetwork(daemon),
    ...ownProblems(daemon),
    ...checkLag(daemon, facts),
    ...checkFiles(daemon),
    ...checkFile(daemon, facts),
  ]
  const { version, pid } = daemon.report.daemon
  const well = `vrrpd ${version} runs ${counted(daemon.report.instances.length, 'instance')}, process ${pid}`
  return findings.length > 0 ? findings : [ok(well)]
}

/** Its own words; from one that tells no problems, its faults. */
function ownProblems({ problems, report }: RunningDaemon): readonly Finding[] {
  if (problems.length > 0) {
    return problems
      .filter(({ code }) => !OWN_CHECKS.includes(code))
      .map(({ severity, text, advice }) => ({
        severity,
        what: text,
        why: 'vrrpd itself says so',
        mend: advice ?? 'vrrpd status',
      }))
  }
  return report.instances
    .filter(({ state }) => state === 'FAULT')
    .map(({ name, because }) =>
      problem({
        what: `${name} is in FAULT: ${because}`,
        why: 'it takes nothing over',
        mend: 'vrrpd status',
      }),
    )
}

function checkNetwork({ sameNetwork, report }: RunningDaemon): readonly Finding[] {
  if (sameNetwork) return []
  return [
    problem({
      what: 'vrrpd runs in another network namespace than this command',
      why: 'links, firewall and neighbours below are not those that it has to do with',
      mend: `nsenter --net --target ${report.daemon.pid} vrrpd doctor # with the options given here`,
    }),
  ]
}

function checkLag({ report }: RunningDaemon, { configuration }: Facts): readonly Finding[] {
  const { loopLagMs } = report.daemon
  const instances = configuration.ok ? configuration.value.instances : []
  const intervalMs = Math.min(...instances.map(({ intervalSeconds }) => intervalSeconds), 255) * 1000
  if (loopLagMs <= intervalMs * LATE) return []
  const advice = {
    what: `vrrpd ran up to ${Math.round(loopLagMs)} ms late within the last minute`,
    why: 'a MASTER whose adverts are late is taken for dead',
    mend: `${unitSetting('Nice=-10')} # and top: who uses the processor`,
  }
  return [loopLagMs >= intervalMs * TAKEN_OVER ? problem(advice) : warning(advice)]
}

function checkFiles({ files }: RunningDaemon): readonly Finding[] {
  if (!files.ok || files.value.open <= files.value.limit * 0.8) return []
  return [
    problem({
      what: `vrrpd has ${files.value.open} of ${files.value.limit} files open`,
      why: 'at the limit no script can be started and no socket opened',
      mend: unitSetting('LimitNOFILE=65536'),
    }),
  ]
}

function checkFile({ report }: RunningDaemon, { configuration }: Facts): readonly Finding[] {
  const { configFile } = report.daemon
  if (!configuration.ok || configFile === configuration.value.path) return []
  return [hint(`vrrpd runs with ${configFile}, not with ${configuration.value.path}`)]
}
