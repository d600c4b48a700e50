/** `bfd_instance NAME { … }`: no session is kept, but what is wrong with one is said. */

import type { Report } from '../diagnostics/diagnostics.ts'
import { type Keyword, noEffect, section, type Table, table, value } from '../syntax/keyword.ts'
import type { Statement } from '../syntax/lexer.ts'
import { parse } from '../syntax/parser.ts'
import { ipAddress } from '../values/address.ts'
import { flag } from '../values/basic.ts'
import { decimalBetween, integer } from '../values/number.ts'
import { checkNeeded, readTree } from '../values/values.ts'
import { weightUpTo } from '../values/weight.ts'

const standing = noEffect('vrrpd speaks no BFD')
const address = ipAddress('the line is ignored')
const BYTE = { minimum: 1, maximum: 255 }
const MILLISECONDS = { minimum: 1, maximum: 4_294_967 }

export const bfdInstance: Keyword = section(
  'bfd_instance',
  4,
  table(
    value('neighbor_ip', 4, address, 'the other end', { standing }),
    value('neighbour_ip', 4, address, 'the other end', { standing }),
    value('source_ip', 4, address, 'this end', { standing }),
    value('min_rx', 4, decimalBetween(MILLISECONDS), 'milliseconds', { standing }),
    value('min_tx', 4, decimalBetween(MILLISECONDS), 'milliseconds', { standing }),
    value('idle_tx', 4, decimalBetween({ minimum: 1000, maximum: 4_294_967 }), 'milliseconds', { standing }),
    value('multiplier', 4, integer(BYTE), 'packets that may be missing', { standing }),
    value('passive', 4, flag, 'wait for the other end', { standing }),
    value('ttl', 4, integer(BYTE), 'of IPv4 packets', { standing }),
    value('hoplimit', 4, integer(BYTE), 'of IPv6 packets', { standing }),
    value('max_hops', 4, integer({ minimum: -1, maximum: 255 }), 'routers between the ends', { standing }),
    value('multihop', 4, flag, 'there are routers between the ends', { standing, since: '2.2.8' }),
    value('weight', 4, weightUpTo(253), 'default of track_bfd', { standing }),
    value('vrrp', 4, flag, 'for VRRP only', { standing }),
    value('checker', 4, flag, 'for virtual servers only', { standing }),
  ),
  'a BFD session',
  {
    syntax: 'NAME',
    naming: 'needed',
    oneOf: ['neighbor_ip', 'neighbour_ip'],
    process: 'bfd',
    standing,
  },
)

/**
 * keepalived's BFD process reads the file once more; few files have anything for it.
 *
 * @param root the keywords outside of any block
 * @returns the sessions' names
 */
export function checkBfd(statements: readonly Statement[], root: Table, report: Report): ReadonlySet<string> {
  const names = new Set<string>()
  const isBegun = statements.some(
    (statement) => statement.kind === 'words' && statement.words[0].text === bfdInstance.name,
  )
  if (!isBegun) return names
  for (const node of parse(statements, root, 'bfd', report).nodes) {
    if (node.keyword !== bfdInstance) continue
    readTree([node], report)
    checkNeeded(node, report)
    const name = node.statement.words[1]
    if (name !== undefined) names.add(name.text)
  }
  return names
}
