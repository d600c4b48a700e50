/** What instances track besides links and scripts: files and processes. What is found goes to the engine, words to the log. */

import type { VrrpModel } from '../../config/model.ts'
import type { FileReport, FileToTrack } from '../../scripts/tracking/file-watch.ts'
import type { ProcessToTrack } from '../../scripts/tracking/process-match.ts'
import { TrackedFiles } from '../../scripts/tracking/tracked-files.ts'
import { TrackedProcesses, type ProcessReport } from '../../scripts/tracking/tracked-processes.ts'
import type { TrackingPorts } from '../../scripts/tracking/types.ts'
import type { EngineEvent } from '../../vrrp/engine.ts'
import type { Log } from '../log/logging.ts'

export class Tracking {
  private readonly files: TrackedFiles
  private readonly processes: TrackedProcesses

  constructor(ports: TrackingPorts, log: Log, dispatch: (event: EngineEvent) => void) {
    const onNote = (text: string): void => {
      log.warn(text)
    }
    this.files = new TrackedFiles(ports, {
      onNumber: (name, number) => {
        dispatch({ type: 'file', name, number })
      },
      onNote,
    })
    this.processes = new TrackedProcesses(ports, {
      onVerdict: (name, verdict) => {
        dispatch({ type: 'process', name, verdict })
      },
      onNote,
    })
  }

  /** At start and at a reload; the first findings come a moment later. */
  use(model: VrrpModel): void {
    this.files.replace(filesToTrack(model))
    this.processes.replace(processesToTrack(model))
  }

  /** Nothing is found any more. */
  stop(): void {
    this.files.stop()
    this.processes.stop()
  }

  fileReports(): readonly FileReport[] {
    return this.files.reports()
  }

  processReports(): readonly ProcessReport[] {
    return this.processes.reports()
  }
}

/** As keepalived, which reads no file that nobody tracks. */
function filesToTrack(model: VrrpModel): readonly FileToTrack[] {
  const blocks = [...model.instances, ...model.syncGroups]
  const used = new Set(blocks.flatMap(({ trackFiles }) => trackFiles.map(({ file }) => file)))
  return model.trackFiles.filter(({ name }) => used.has(name))
}

function processesToTrack(model: VrrpModel): readonly ProcessToTrack[] {
  const blocks = [...model.instances, ...model.syncGroups]
  const used = new Set(blocks.flatMap(({ trackProcesses }) => trackProcesses.map(({ process }) => process)))
  return model.trackProcesses.filter(({ name }) => used.has(name))
}
