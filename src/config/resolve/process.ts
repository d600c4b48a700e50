/** Keywords outside of blocks that concern the process. */

import { instanceName, netNamespace, usePidDir } from '../keywords/root.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import type { ProcessWide } from '../model.ts'
import type { Node } from '../syntax/tree.ts'
import { readValues } from '../values/values.ts'

const PROCESS_WIDE = [netNamespace, instanceName, usePidDir]

export const isProcessWide = ({ keyword }: Node): boolean => PROCESS_WIDE.some((each) => each === keyword)

export function resolveProcess(nodes: readonly Node[], report: Report): ProcessWide {
  const values = readValues(nodes.filter(isProcessWide), report)
  const namespace = values.last(netNamespace)
  const instance = values.last(instanceName)
  return {
    ...(namespace !== undefined && { namespace }),
    ...(instance !== undefined && { instance }),
    pidDirectory: values.has(usePidDir),
  }
}
