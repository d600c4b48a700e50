/** `global_defs`: where the rules of no_accept go. The name becomes part of a script for nft(8), so that it has to be a plain one. */

import { type Arguments, type Keyword, noEffect, value } from '../../syntax/keyword.ts'
import { warningAt } from '../../syntax/place-diagnostic.ts'
import { flag } from '../../values/basic.ts'
import { integer } from '../../values/number.ts'
import { asWord, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'

const isTableName = (text: string): boolean => /^[A-Za-z_]\w{0,30}$/.test(text)

/** As written, whether it can be one or not: keepalived finds out when it becomes MASTER. */
const tableName: Arguments<string> = {
  syntax: '[TABLE]',
  needed: 0,
  read({ words }, report) {
    const given = words[1]
    if (given !== undefined && !isTableName(given.text)) {
      const message = `'${given.text}' is no name for a table; the default is used`
      report(warningAt(given, 'invalid-value', message, { inKeepalived: 'no' }))
    }
    return given?.text
  },
}

const INTEGER = { minimum: -2_147_483_648, maximum: 2_147_483_647 }
const once = true as const

const nftables: Keyword<string> = value('nftables', 4, tableName, 'the table for the rules of no_accept', {
  default: 'vrrpd',
  once,
})
const nftablesPriority: Keyword<number> = value('nftables_priority', 4, integer(INTEGER), 'of its chains', {
  default: '-1',
})
const nftablesCounters: Keyword<true> = value('nftables_counters', 4, flag, 'count in rules')

export const firewallKeywords: readonly Keyword[] = [
  nftables,
  nftablesPriority,
  nftablesCounters,
  value('nftables_ifindex', 4, flag, 'interfaces by index', {
    standing: noEffect('the rules name no interfaces'),
  }),
]

/** Where the rules of `no_accept` go. */
export interface FirewallTable {
  /** `nftables NAME`, `vrrpd` by default; must be nobody else's. */
  readonly name: string
  /** `nftables_priority`, -1 by default. */
  readonly priority: number
  /** `nftables_counters` */
  readonly counters: boolean
}

export const firewallOf = (values: Values): FirewallTable => ({
  name: tableOf(values.last(nftables)),
  priority: values.last(nftablesPriority) ?? -1,
  counters: values.has(nftablesCounters),
})

const tableOf = (given: string | undefined): string =>
  given !== undefined && isTableName(given) ? given : 'vrrpd'

export const firewallLines = ({ name, priority, counters }: FirewallTable): readonly string[] => [
  ...when(name !== 'vrrpd', `nftables ${asWord(name)}`),
  ...when(priority !== -1, `nftables_priority ${priority}`),
  ...when(counters, 'nftables_counters'),
]
