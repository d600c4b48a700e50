/** A run record that survives the process. */

import { accepted, type Result } from '../base/result.ts'
import type { RecordFile } from '../world/world.ts'

type Written = Result<undefined, string>
/** When something is done that is not waited for. */
type Answer = <T>(make: () => T) => Promise<T>

export class MemoryRecord {
  private text: string | undefined

  get isThere(): boolean {
    return this.text !== undefined
  }

  readNow(): string | undefined {
    return this.text
  }

  openedBy(answer: Answer): RecordFile {
    const write = (text: string | undefined): Written => {
      this.text = text
      return accepted(undefined)
    }
    return {
      path: '/run/vrrpd.pid.state',
      readNow: () => this.readNow(),
      writeNow: write,
      replace: (text) => answer(() => write(text)),
      overwriteBeginning: (text) => answer(() => write(text + (this.text ?? '').slice(text.length))),
      remove: () => answer(() => write(undefined)),
    }
  }
}
