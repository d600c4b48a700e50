/** What every process of the daemon has of the host it runs on: programs, FIFOs, the service manager. */

import { Fifo, type FifoPorts } from '../scripts/fifo.ts'
import { systemClock } from '../system/clock.ts'
import { makeFifo } from '../system/process.ts'
import { connectServiceManager, type ServiceManager } from '../system/sd-notify.ts'
import { createLauncher } from '../system/spawn.ts'
import { SystemTimers } from '../system/timers.ts'
import type { World } from '../world/world.ts'

export type Programs = Pick<World, 'launcher' | 'timers' | 'clock'>

/** What is needed before there is anything to open: scripts may have to be looked at and run first. */
export const openPrograms = (): Programs => ({
  launcher: createLauncher(),
  timers: new SystemTimers(),
  clock: systemClock,
})

export const openFifo: FifoPorts['openFifo'] = (path, options) =>
  Fifo.open(path, options, (...fifo) => {
    const made = makeFifo(...fifo)
    return made.ok ? undefined : made.error.text
  })

/**
 * @param complain hears why there is none though one is named
 * @returns undefined: nobody manages this process
 */
export function serviceManager(complain: (text: string) => void): ServiceManager | undefined {
  const service = connectServiceManager(process.env)
  if (service.ok) return service.value
  complain(`cannot reach the service manager: ${service.error.text}`)
  return undefined
}
