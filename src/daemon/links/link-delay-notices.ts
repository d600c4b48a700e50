/** Delays of interface_up_down_delays that are shorter than written. Pure. */

import { toSeconds } from '../../base/time.ts'
import { heldDelays } from '../../config/link-delays.ts'
import type { Model } from '../../config/model.ts'

/** One line for each such interface. */
export const linkDelayNotices = (model: Model): readonly string[] =>
  [...heldDelays(model)].flatMap(([link, { down, up, shortenedFor }]) =>
    shortenedFor === undefined
      ? []
      : [
          `interface_up_down_delays: ${link} gets ${toSeconds(down)} s down and ${toSeconds(up)} s up; with more, ${shortenedFor} would take over before its own link counts as down`,
        ],
  )
