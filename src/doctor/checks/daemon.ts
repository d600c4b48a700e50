/** The running daemon: whether it answers, what troubles it, whether it keeps up. */

import type { Facts } from '../facts.ts'
import { counted, hint, ok, problem, unitSetting, unknown, warning, type Finding } from '../finding.ts'

/** Half of the least Skew_Time that two priorities can differ by would be 2 ms; but adverts are a second apart. */
const LATE_MS = 100

export function checkDaemon({ daemon, configuration, root }: Facts): readonly Finding[] {
  if (daemon.kind === 'absent')
    return [
      hint('vrrpd is not running', 'what only a running daemon knows is left out', 'systemctl start vrrpd'),
    ]
  if (daemon.kind === 'silent')
    return [
      root
        ? problem({ what: daemon.why, why: 'nobody can ask how it is', mend: 'systemctl status vrrpd' })
        : unknown(daemon.why),
    ]
  const { report, files, problems } = daemon
  const findings: Finding[] = []
  const faults = report.instances
    .filter(({ state }) => state === 'FAULT')
    .map(({ name, because }) => `${name} is in FAULT: ${because}`)
  const told = problems.filter(({ code }) => code !== 'firewall').map(({ text }) => text)
  for (const what of told.length > 0 ? told : faults) {
    findings.push(problem({ what, why: 'vrrpd itself says so', mend: 'vrrpd status' }))
  }
  const interval = configuration.ok
    ? Math.min(...configuration.value.instances.map(({ intervalSeconds }) => intervalSeconds))
    : 1
  const { loopLagMs, configFile } = report.daemon
  if (loopLagMs >= LATE_MS) {
    const lag = {
      what: `vrrpd ran up to ${loopLagMs} ms late within the last minute`,
      mend: 'top; and vrrp_priority, or CPUWeight= in a drop-in of the unit',
    }
    const why = 'a MASTER whose adverts are late is taken for dead'
    findings.push(loopLagMs >= interval * 1000 ? problem({ ...lag, why }) : warning({ ...lag, why }))
  }
  if (files.ok && files.value.open > files.value.limit * 0.8) {
    const { open, limit } = files.value
    findings.push(
      problem({
        what: `vrrpd has ${open} of ${limit} files open`,
        why: 'at the limit no script can be started and no socket opened',
        mend: unitSetting('LimitNOFILE=65536'),
      }),
    )
  }
  if (configuration.ok && configFile !== configuration.value.path) {
    findings.push(hint(`vrrpd runs with ${configFile}, not with ${configuration.value.path}`))
  }
  const well = `vrrpd ${report.daemon.version} runs ${counted(report.instances.length, 'instance')}, process ${report.daemon.pid}`
  return findings.length > 0 ? findings : [ok(well)]
}
