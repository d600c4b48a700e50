/** The service manager as the daemon has it. */

import type { World } from '../../world/world.ts'
import type { ServiceManager } from '../../system/sd-notify.ts'
import type { RefusedReload } from '../status/about.ts'
import type { Subsystems } from '../subsystems.ts'
import { ServiceReports } from './service-reports.ts'

export interface ServicePorts extends Pick<World, 'timers' | 'soon'> {
  readonly subsystems: Pick<Subsystems, 'summary' | 'overdue'>
  readonly refused: () => RefusedReload | undefined
}

export const reportTo = (
  manager: ServiceManager,
  { timers, soon, subsystems, refused }: ServicePorts,
): ServiceReports =>
  new ServiceReports(manager, {
    timers,
    soon,
    status: () => subsystems.summary() + refusalWords(refused()),
    overdue: () => subsystems.overdue(),
  })

const refusalWords = (refused: RefusedReload | undefined): string =>
  refused === undefined ? '' : `; reload refused at ${refused.at.toTimeString().slice(0, 8)}, see the log`
