/** global_defs: several blocks count as one. */

import { ipv4FromNumber, isIpv4, type Ipv4Address } from '../../base/address.ts'
import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics.ts'
import * as keywords from '../keywords/global-defs.ts'
import type { GlobalDefs } from '../model.ts'
import type { Node } from '../tree.ts'
import { readValues } from '../values/values.ts'

export function resolveGlobal(blocks: readonly Node[], report: Report): GlobalDefs {
  const values = readValues(
    blocks.flatMap(({ nodes }) => nodes),
    report,
  )
  const routerId = values.last(keywords.routerId)
  const scriptUser = values.last(keywords.scriptUser)
  const group = values.last(keywords.vrrpMcastGroup4)
  return {
    ...(routerId !== undefined && { routerId }),
    ...(scriptUser !== undefined && { scriptUser }),
    enableScriptSecurity: values.has(keywords.enableScriptSecurity),
    dynamicInterfaces: values.has(keywords.dynamicInterfaces),
    mcastGroup4: group !== undefined && isIpv4(group) ? group : DEFAULT_GROUP,
    startupDelay: values.last(keywords.vrrpStartupDelay) ?? seconds(0),
  }
}

/** 224.0.0.18 */
const DEFAULT_GROUP: Ipv4Address = ipv4FromNumber(0xe0000012)
