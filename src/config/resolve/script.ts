/** vrrp_script blocks. */

import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import * as keywords from '../keywords/vrrp-script.ts'
import { spanOf } from '../syntax/line.ts'
import type { VrrpScript } from '../model.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../syntax/tree.ts'
import { readValues } from '../values/values.ts'

/** Undefined for a block without a program: keepalived removes it. */
export function resolveScript(node: Node, report: Report): VrrpScript | undefined {
  const { statement, nodes, end } = node
  const [, name] = statement.words
  const values = readValues(nodes, report)
  const command = values.last(keywords.script)
  if (name === undefined) return undefined
  if (command === undefined) {
    const message = `vrrp_script ${name.text} has no script: the whole block is ignored`
    report(errorAt(name, 'no-script', message, { related: endsHere(node) }))
    return undefined
  }
  const user = values.last(keywords.user)
  const weight = values.last(keywords.weight)
  const interval = values.last(keywords.interval) ?? seconds(1)
  return {
    name: name.text,
    command: user === undefined ? command : { ...command, user },
    interval,
    timeout: values.last(keywords.timeout) ?? interval,
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    rise: values.last(keywords.rise) ?? 1,
    fall: values.last(keywords.fall) ?? 1,
    initFail: values.has(keywords.initFail),
    span: spanOf(name),
    ...(end !== undefined && { end }),
  }
}
