/** `garp_group { … }`: interfaces that share one pace of gratuitous ARP. */

import type { Duration } from '../../base/time.ts'
import { list, section, table, value, type Keyword } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { word } from '../values/basic.ts'
import { secondsBetween } from '../values/number.ts'

const spacing = secondsBetween({ minimum: 0, maximum: 2_147.483647 })

export const groupGarpInterval: Keyword<Duration> = value(
  'garp_interval',
  3,
  spacing,
  'seconds between gratuitous ARPs',
)
export const groupGnaInterval: Keyword<Duration> = value(
  'gna_interval',
  3,
  spacing,
  'seconds between neighbour advertisements',
)
export const groupInterface: Keyword<Word> = value('interface', 3, word('INTERFACE'), 'where')
export const groupInterfaces: Keyword = list('interfaces', 3, 'where')

export const garpGroup: Keyword = section(
  'garp_group',
  3,
  table(groupGarpInterval, groupGnaInterval, groupInterface, groupInterfaces),
  'slower gratuitous ARP on some interfaces',
  { process: 'vrrp' },
)
