/** interface_up_down_delays: a link's last line holds. */

import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { interfaceUpDownDelays } from '../keywords/static.ts'
import type { Words } from '../syntax/lexer.ts'
import { spanOf } from '../syntax/line.ts'
import type { LinkDelay } from '../model.ts'
import { warningAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readSeconds } from '../values/number.ts'

export function resolveLinkDelays(nodes: readonly Node[], report: Report): readonly LinkDelay[] {
  const delays = entriesOf({ nodes }, interfaceUpDownDelays)
    .map((entry) => resolveDelay(entry, report))
    .filter((delay) => delay !== undefined)
  return [...new Map(delays.map((delay) => [delay.link, delay])).values()]
}

const RANGE = { minimum: 0, maximum: 255 }

function resolveDelay({ words, place }: Words, report: Report): LinkDelay | undefined {
  const [link, downWord, upWord] = words
  if (downWord === undefined) {
    const message = `a number of seconds is expected after ${link.text}; the line is ignored`
    report(warningAt(place, 'missing-value', message, { inKeepalived: 'no' }))
    return undefined
  }
  const down = readSeconds(downWord, RANGE, 'the line is ignored', report)
  if (down === undefined) return undefined
  const up = upWord === undefined ? down : readSeconds(upWord, RANGE, '0 is used', report)
  return { link: link.text, down, up: up ?? seconds(0), span: spanOf(link) }
}
