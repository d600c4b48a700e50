/** An instance's counters in words; what has never happened is left out. Pure. */

import type { CountersReport } from '../control/report.ts'
import { plain } from './cells.ts'
import type { Cell } from '../base/layout.ts'

export function counterPieces(counters: CountersReport): readonly Cell[] {
  const { advertsReceived, advertsSent, becameMaster, releasedMaster } = counters
  const always = [
    `adverts received ${advertsReceived}`,
    `sent ${advertsSent}`,
    `became master ${becameMaster}`,
    `released ${releasedMaster}`,
  ]
  const sometimes: readonly (readonly [string, number])[] = [
    ['priority 0 received', counters.priorityZeroReceived],
    ['priority 0 sent', counters.priorityZeroSent],
    ['other address lists', counters.addressListDiffers],
    ...Object.entries(counters.rejected).map(([reason, count]) => [`rejected (${reason})`, count] as const),
  ]
  const happened = sometimes.filter(([, count]) => count > 0).map(([text, count]) => `${text} ${count}`)
  return [...always, ...happened].map(plain)
}
