/** The service manager as the daemon has it. */

import { between, seconds, type Clock, type Duration } from '../../base/time.ts'
import type { World } from '../../world/world.ts'
import type { ServiceManager } from '../../system/sd-notify.ts'
import { nextDeadline, type Engine } from '../../vrrp/engine.ts'
import type { RefusedReload } from '../operator/reloader.ts'
import { ServiceReports } from './service-reports.ts'
import { serviceStatus } from './service-status.ts'

export interface ServicePorts extends Pick<World, 'clock' | 'timers' | 'soon'> {
  readonly engine: () => Engine
  readonly refused: () => RefusedReload | undefined
}

export const reportTo = (
  manager: ServiceManager,
  { clock, timers, soon, engine, refused }: ServicePorts,
): ServiceReports =>
  new ServiceReports(manager, {
    timers,
    soon,
    status: () => serviceStatus(engine().routers.values(), refused()?.at),
    overdue: () => overdue(engine(), clock),
  })

function overdue(engine: Engine, clock: Clock): Duration {
  const due = nextDeadline(engine)
  return due === undefined ? seconds(0) : between(due, clock.now())
}
