/** The systemd unit. */

import type { Facts } from '../facts.ts'
import { hint, ok, unitSetting, unknown, warning, type Finding } from '../finding.ts'

const ENOUGH_FILES = 1024

export function checkService({ service, daemon }: Facts): readonly Finding[] {
  if (!service.ok) return [unknown(service.error)]
  const unit = service.value
  if (!unit.installed) {
    return [
      hint(
        'there is no vrrpd.service',
        'nothing starts vrrpd at boot, or again after a crash',
        'README.md, Install',
      ),
    ]
  }
  const findings: Finding[] = []
  const warn = (what: string, why: string, mend: string): void => {
    findings.push(warning({ what, why, mend }))
  }
  if (!unit.enabled)
    warn('vrrpd.service is not enabled', 'it does not start at boot', 'systemctl enable vrrpd')
  if (!unit.active && daemon.kind === 'running')
    warn(
      'vrrpd runs, but not as vrrpd.service',
      'nobody starts it again after a crash',
      'stop it, and: systemctl start vrrpd',
    )
  if (unit.changedOnDisk)
    warn(
      'vrrpd.service was changed since systemd read it',
      'the change has no effect yet',
      'systemctl daemon-reload',
    )
  if (!unit.restarts)
    warn(
      'vrrpd.service has no Restart=',
      'nobody starts it again after a crash',
      unitSetting('Restart=on-failure'),
    )
  if (unit.openFilesLimit !== undefined && unit.openFilesLimit < ENOUGH_FILES)
    warn(
      `vrrpd.service may open ${unit.openFilesLimit} files`,
      'sockets and scripts need some for each instance',
      unitSetting('LimitNOFILE=65536'),
    )
  if (!unit.watchdog)
    findings.push(
      hint(
        'vrrpd.service has no WatchdogSec=',
        'a daemon that hangs is not noticed',
        unitSetting('WatchdogSec=10'),
      ),
    )
  if (unit.dropIns.length > 0) findings.push(hint(`vrrpd.service is changed by ${unit.dropIns.join(', ')}`))
  return findings.length > 0 ? findings : [ok('vrrpd.service is enabled, restarts and has a watchdog')]
}
