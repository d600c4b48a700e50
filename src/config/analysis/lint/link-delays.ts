/** interface_up_down_delays that an instance does not allow. */

import { toSeconds } from '../../../base/time.ts'
import { heldDelays } from '../../blocks/interface-up-down-delays.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Subject, warn } from './context.ts'

export function lintLinkDelays({ model }: Subject, report: Report): void {
  const held = heldDelays(model)
  for (const { link, span } of model.linkDelays) {
    const { down, up, shortenedFor } = held.get(link) ?? {}
    if (down === undefined || up === undefined || shortenedFor === undefined) continue
    const most = `${toSeconds(down)} s down and ${toSeconds(up)} s up`
    const why = `${shortenedFor} would take over before its own link counts as down`
    warn(report, 'delay-shortened', span, `${why}: ${link} gets ${most}`)
  }
}
