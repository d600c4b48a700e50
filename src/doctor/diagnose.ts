/** All checks, in the order in which one would ask. Pure. */

import { checkClock } from './checks/clock.ts'
import { checkConfiguration } from './checks/configuration.ts'
import { checkDaemon } from './checks/daemon.ts'
import { checkDirector } from './checks/director.ts'
import { checkFirewall } from './checks/firewall.ts'
import { checkHolders } from './checks/holders.ts'
import { checkLan } from './checks/lan.ts'
import { checkLinks } from './checks/links.ts'
import { checkManagers } from './checks/managers.ts'
import { checkMulticast } from './checks/multicast.ts'
import { checkRivals } from './checks/rivals.ts'
import { checkScripts } from './checks/scripts.ts'
import { checkService } from './checks/service.ts'
import { checkSysctls } from './checks/sysctls.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'

/** In the report: none is ever renamed. */
export type CheckName =
  | 'daemon'
  | 'configuration'
  | 'interfaces'
  | 'firewall'
  | 'lan'
  | 'holders'
  | 'multicast'
  | 'sysctl'
  | 'network-manager'
  | 'rivals'
  | 'scripts'
  | 'service'
  | 'clock'
  | 'director'

const CHECKS: Readonly<Record<CheckName, (facts: Facts) => readonly Finding[]>> = {
  daemon: checkDaemon,
  configuration: checkConfiguration,
  interfaces: checkLinks,
  firewall: checkFirewall,
  lan: checkLan,
  holders: checkHolders,
  multicast: checkMulticast,
  sysctl: checkSysctls,
  'network-manager': checkManagers,
  rivals: checkRivals,
  scripts: checkScripts,
  service: checkService,
  clock: checkClock,
  director: checkDirector,
}

/** `vrrpd doctor --json` prints it as it is. Version 1: fields may be added, none changes its meaning. */
export interface DoctorReport {
  readonly version: 1
  /** How many findings are problems: the exit code is 1 when there is one. */
  readonly problems: number
  /** Problems first, then warnings, hints, what is unknown, and what is well. */
  readonly findings: readonly (Finding & { readonly check: CheckName })[]
}

const ORDER = ['problem', 'warning', 'hint', 'unknown', 'ok'] as const

export function diagnose(facts: Facts): DoctorReport {
  const names = Object.keys(CHECKS) as CheckName[]
  const all = names.flatMap((check) => CHECKS[check](facts).map((finding) => ({ check, ...finding })))
  const findings = ORDER.flatMap((wanted) => all.filter(({ severity }) => severity === wanted))
  return { version: 1, problems: all.filter(({ severity }) => severity === 'problem').length, findings }
}
