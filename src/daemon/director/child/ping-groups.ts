/** PING_CHECKs need the kernel's leave for their sockets: asked for while there are any, and given back then. */

import type { Result } from '../../../base/result.ts'
import type { SystemError } from '../../../system/system-error.ts'
import type { Log } from '../../log/logging.ts'

/** See system/ping-group-range.ts. */
export type OpenPingGroups = () => Result<() => Result<undefined, SystemError>, SystemError>

export class PingGroups {
  private readonly open: OpenPingGroups
  private readonly log: Pick<Log, 'warn'>
  private giveBack: ReturnType<OpenPingGroups> | undefined

  constructor(open: OpenPingGroups, log: Pick<Log, 'warn'>) {
    this.open = open
    this.log = log
  }

  /** @param wanted whether there is a PING_CHECK */
  use(wanted: boolean): void {
    if (wanted === (this.giveBack !== undefined)) return
    if (wanted) {
      this.giveBack = this.open()
      if (!this.giveBack.ok) this.complain('opened for PING_CHECK', this.giveBack.error)
      return
    }
    const given = this.giveBack?.ok === true ? this.giveBack.value() : undefined
    this.giveBack = undefined
    if (given?.ok === false) this.complain('set back', given.error)
  }

  private complain(what: string, { text }: SystemError): void {
    this.log.warn(`net.ipv4.ping_group_range cannot be ${what}: ${text}`)
  }
}
