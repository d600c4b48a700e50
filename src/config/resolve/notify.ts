/** Notify lines: the first of each kind holds, as in keepalived. */

import type { Report } from '../diagnostics/diagnostics.ts'
import type { Keyword } from '../syntax/keyword.ts'
import * as keywords from '../keywords/notify.ts'
import { spanOf } from '../syntax/line.ts'
import type { Command, Notify } from '../model.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import type { Values } from '../values/values.ts'

export function resolveNotify(values: Values, priorityChanges: boolean, report: Report): Notify {
  const master = first(values, keywords.notifyMaster, report)
  const backup = first(values, keywords.notifyBackup, report)
  const fault = first(values, keywords.notifyFault, report)
  const stop = first(values, keywords.notifyStop, report)
  const any = first(values, keywords.notifyAny, report)
  const masterRxLowerPriority = first(values, keywords.notifyMasterRxLowerPri, report)
  const deleted = first(values, keywords.notifyDeleted, report)
  return {
    priorityChanges: values.last(keywords.notifyPriorityChanges) ?? priorityChanges,
    ...(deleted !== undefined && { deleted }),
    ...(master && { master }),
    ...(backup && { backup }),
    ...(fault && { fault }),
    ...(stop && { stop }),
    ...(any && { any }),
    ...(masterRxLowerPriority && { masterRxLowerPriority }),
  }
}

function first<T extends Command | true>(values: Values, keyword: Keyword<T>, report: Report): T | undefined {
  const [kept, ...others] = values.all(keyword)
  if (kept === undefined) return undefined
  for (const { node } of others)
    report(
      errorAt(
        node.statement.place,
        'already-given',
        `${keyword.name} is already given: this one is ignored`,
        {
          related: [{ span: spanOf(kept.node.statement.place), message: 'this one is used' }],
        },
      ),
    )
  return kept.value
}
