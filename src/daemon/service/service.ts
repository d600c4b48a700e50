/** The service manager as the daemon has it: without one it runs on and says so. */

import { between, seconds, type Clock, type Duration } from '../../base/time.ts'
import { connectServiceManager } from '../../system/sd-notify.ts'
import { nextDeadline, type Engine } from '../../vrrp/engine.ts'
import type { Log } from '../log/logging.ts'
import type { RefusedReload } from '../operator/reloader.ts'
import { ServiceReports } from './service-reports.ts'
import { serviceStatus } from './service-status.ts'

export interface ServicePorts {
  readonly clock: Clock
  readonly log: Log
  readonly engine: () => Engine
  readonly refused: () => RefusedReload | undefined
}

export function connectService({ clock, log, engine, refused }: ServicePorts): ServiceReports | undefined {
  const connected = connectServiceManager(process.env)
  if (connected.ok) {
    return new ServiceReports(connected.value, {
      status: () => serviceStatus(engine().routers.values(), refused()?.at),
      overdue: () => overdue(engine(), clock),
    })
  }
  log.warn(`cannot reach the service manager: ${connected.error.text}`)
  return undefined
}

function overdue(engine: Engine, clock: Clock): Duration {
  const due = nextDeadline(engine)
  return due === undefined ? seconds(0) : between(due, clock.now())
}
