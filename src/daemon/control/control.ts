/** The control socket as the daemon has it: without one it runs on and says so. */

import { openControlServer, type ControlServer, type ControlServerOptions } from '../../control/server.ts'
import { lookupGroup } from '../../system/accounts.ts'
import type { Log } from '../log/logging.ts'
import type { DaemonSettings } from '../settings.ts'

export async function openControl(
  settings: DaemonSettings['control'],
  handle: ControlServerOptions['handle'],
  log: Log,
): Promise<ControlServer | undefined> {
  const opened = await openControlServer({
    path: settings.path,
    gid: settings.group === undefined ? undefined : groupId(settings.group, log),
    handle,
    report: (text) => {
      log.error(text)
    },
  })
  if (opened.ok) return opened.value
  log.warn(`${opened.error.text}; running on without a control socket`)
  return undefined
}

function groupId(name: string, log: Log): number | undefined {
  const found = lookupGroup(name)
  if (found.ok && found.value !== undefined) return found.value
  log.warn(`no group ${name}: only root may use the control socket`)
  return undefined
}
