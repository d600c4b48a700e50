/** What systemd knows of vrrpd.service. */

import { accepted, rejected } from '../../base/result.ts'
import type { Known, ServiceFacts } from '../facts.ts'
import type { Host } from './host.ts'

const PROPERTIES = [
  'LoadState',
  'ActiveState',
  'UnitFileState',
  'NeedDaemonReload',
  'Restart',
  'WatchdogUSec',
  'DropInPaths',
  'LimitNOFILESoft',
]

export async function collectService(host: Host): Promise<Known<ServiceFacts>> {
  // As sd_booted(3): without it systemctl only says that it cannot connect.
  if (!(await host.list('/run/systemd')).includes('system')) return rejected('systemd does not run this host')
  const shown = await host.run('systemctl', ['show', 'vrrpd.service', `--property=${PROPERTIES.join(',')}`])
  if (!shown.ok) return shown
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(shown.value)?.[1] ?? ''
  const limit = value('LimitNOFILESoft')
  return accepted({
    installed: value('LoadState') === 'loaded',
    enabled: ['enabled', 'enabled-runtime', 'static', 'linked'].includes(value('UnitFileState')),
    active: ['active', 'reloading', 'activating'].includes(value('ActiveState')),
    changedOnDisk: value('NeedDaemonReload') === 'yes',
    restarts: !['', 'no'].includes(value('Restart')),
    watchdog: !['', '0', 'infinity'].includes(value('WatchdogUSec')),
    dropIns: value('DropInPaths')
      .split(' ')
      .filter((path) => path !== ''),
    openFilesLimit: /^\d+$/.test(limit) ? Number(limit) : undefined,
  })
}
