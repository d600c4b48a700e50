/** `real_server ADDRESS [PORT] { … }`, and what virtual servers have as its default. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, section, table, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { alone, lenient, optionalBoolean, text } from '../../values/basic.ts'
import { type Command, notifyCommand } from '../../values/command.ts'
import { integer, LONGEST_SECONDS, POSITIVE, secondsBetween, UNSIGNED } from '../../values/number.ts'
import { readTree } from '../../values/values.ts'
import {
  bfdCheck,
  bfdName,
  checkerKeywords,
  checkHttp,
  httpGet,
  miscCheck,
  miscPath,
  more,
  silentValues,
  sslGet,
} from './checkers.ts'
import { realServerAddress } from './endpoint.ts'
import { forwarding } from './forwarding.ts'

/** Microseconds in 64 bits: whatever anybody writes. */
const FOREVER = 18_446_744_073_709
const loop = secondsBetween({ minimum: 0.000001, maximum: FOREVER })
const delay = secondsBetween({ minimum: 0, maximum: FOREVER })

export const lvsMethod: Keyword<string> = value('lvs_method', 1, forwarding, 'the same', more)

export const weight: Keyword<number> = value(
  'weight',
  1,
  integer({ minimum: 0, maximum: 2_147_483_647 }),
  'of this server among the others',
  { ...more, default: '1' },
)

export const notifyUp: Keyword<Command> = value('notify_up', 2, notifyCommand, 'run when it comes', more)

export const notifyDown: Keyword<Command> = value('notify_down', 2, notifyCommand, 'run when it goes', more)

/** Of virtual servers, and as their servers' own. */
export const checkDefaults: readonly Keyword[] = [
  value(
    'connect_timeout',
    2,
    secondsBetween({ minimum: 0.000001, maximum: LONGEST_SECONDS }),
    'seconds',
    more,
  ),
  value('retry', 2, integer(POSITIVE), 'further attempts', more),
  value('delay_before_retry', 2, delay, 'seconds between attempts', more),
  value('warmup', 2, delay, 'seconds the first check may wait', more),
  value('delay_loop', 1, loop, 'seconds between checks', { ...more, default: '60' }),
  value('smtp_alert', 2, optionalBoolean, 'send mails', more),
  value('virtualhost', 2, lenient(text('NAME')), 'host name in HTTP requests', more),
  value('snmp_name', 4, lenient(alone(text('NAME'))), 'name in SNMP', more),
]

export const realServer: Keyword = section(
  'real_server',
  1,
  table(
    weight,
    lvsMethod,
    checkDefaults,
    checkerKeywords,
    notifyUp,
    notifyDown,
    value('uthreshold', 3, integer(UNSIGNED), 'most connections', more),
    value('lthreshold', 3, integer(UNSIGNED), 'fewest connections', more),
    value('alpha', 3, optionalBoolean, 'down until checked', more),
    value('inhibit_on_failure', 2, optionalBoolean, 'weight 0 instead of removal', more),
  ),
  'one server',
  { ...more, syntax: 'ADDRESS [PORT]', naming: 'needed', admits: realServerAddress },
)

export function checkRealServer({ nodes }: Node, report: Report): void {
  readTree(nodes, report)
  for (const check of nodes) {
    const { keyword, statement, nodes: inner } = check
    if (keyword === httpGet || keyword === sslGet) checkHttp(check, report)
    if (keyword === miscCheck && !silentValues(inner).has(miscPath))
      report(
        errorAt(statement.words[0], 'incomplete-check', 'no misc_path is given: the check is ignored', {
          related: endsHere(check),
        }),
      )
    if (keyword === bfdCheck && !silentValues(inner).has(bfdName))
      report(
        errorAt(statement.words[0], 'incomplete-check', 'no name is given: the check is ignored', {
          related: endsHere(check),
        }),
      )
  }
}
