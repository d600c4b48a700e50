/** What the process has of the machine. */

import { cpus } from 'node:os'
import { systemScheduler } from '../../../system/scheduling.ts'
import type { Log } from '../../log/logging.ts'
import { OwnScheduling } from '../../service/scheduling.ts'
import type { Read } from './serve.ts'

export class OwnShare {
  private readonly scheduling: OwnScheduling
  private readonly isChild: boolean

  /** @param isChild what the daemon has for its adverts is inherited then, and not ours */
  constructor({ model }: Read, isChild: boolean, log: Log) {
    this.isChild = isChild
    this.scheduling = new OwnScheduling(systemScheduler, log, isChild ? model.global.scheduling : undefined)
  }

  /** A configuration is about to be in force. */
  use({ model }: Read): void {
    const { scheduling, checkerScheduling } = model.global
    const isBound = this.isChild && scheduling.processors !== undefined
    const processors = Array.from({ length: cpus().length }, (_, number) => number)
    this.scheduling.use({ ...(isBound && { processors }), ...checkerScheduling })
  }
}
