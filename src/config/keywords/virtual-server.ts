/** `virtual_server … { … }` and what belongs to it: read and checked, not served. */

import { list, notServed, section, table, value, type Keyword } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { type Command, notifyCommand } from '../values/command.ts'
import { alone, choice, flag, lenient, optionalBoolean, text } from '../values/basic.ts'
import { granularity, realServerAddress, sorryServer, virtualServerAddress } from '../values/endpoint.ts'
import { forwarding } from '../values/forwarding.ts'
import {
  LONGEST_SECONDS,
  POSITIVE,
  UNSIGNED,
  instead,
  integer,
  optionalInteger,
  secondsBetween,
} from '../values/number.ts'
import { checkerKeywords, miscPath } from './checkers.ts'

const more = { standing: notServed } as const

/** Microseconds in 64 bits: whatever anybody writes. */
const FOREVER = 18_446_744_073_709
const loop = secondsBetween({ minimum: 0.000001, maximum: FOREVER })
const delay = secondsBetween({ minimum: 0, maximum: FOREVER })

const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'sh',
  'mh',
  'dh',
  'fo',
  'ovf',
  'lblcr',
  'sed',
  'nq',
  'twos',
] as const
const scheduler = choice(SCHEDULERS, 'the line is ignored')

export const lbAlgo: Keyword<string> = value('lb_algo', 1, scheduler, 'how connections are spread', {
  ...more,
  default: 'wlc',
})
export const lvsSched: Keyword<string> = value('lvs_sched', 1, scheduler, 'the same', more)
export const lbKind: Keyword<string> = value('lb_kind', 1, forwarding, 'how packets are forwarded', {
  ...more,
  default: 'NAT',
})
export const lvsMethod: Keyword<string> = value('lvs_method', 1, forwarding, 'the same', more)
export const protocol: Keyword<string> = value(
  'protocol',
  1,
  choice(['TCP', 'UDP', 'SCTP'], 'the line is ignored'),
  'of the service',
  { ...more, default: 'UDP' },
)
export const persistenceTimeout: Keyword<number | true> = value(
  'persistence_timeout',
  1,
  optionalInteger({ minimum: 1, maximum: 2_678_400 }),
  'seconds a client stays with a server',
  more,
)
export const quorum: Keyword<number> = value(
  'quorum',
  3,
  integer(POSITIVE, instead(1, '1 is used')),
  'weight that must be alive',
  {
    ...more,
    default: '1',
  },
)
export const hysteresis: Keyword<number> = value(
  'hysteresis',
  3,
  integer(UNSIGNED),
  'dampens the quorum',
  more,
)
export const sorryServerKeyword: Keyword<Word> = value(
  'sorry_server',
  2,
  sorryServer,
  'when too few servers are left',
  more,
)
export const sorryServerInhibit: Keyword<true> = value(
  'sorry_server_inhibit',
  3,
  flag,
  'weight 0 instead of removal',
  more,
)
export const schedulerFlags: readonly Keyword<true>[] = [
  'flag-1',
  'flag-2',
  'flag-3',
  'sh-port',
  'sh-fallback',
  'mh-port',
  'mh-fallback',
].map((name) => value(name, 3, flag, 'a flag of the scheduler', more))
export const ops: Keyword<true> = value('ops', 3, flag, 'each UDP packet for itself', more)
export const weight: Keyword<number> = value(
  'weight',
  1,
  integer({ minimum: 0, maximum: 2_147_483_647 }),
  'of this server among the others',
  { ...more, default: '1' },
)

const notifyUp: Keyword<Command> = value('notify_up', 2, notifyCommand, 'run when it comes', more)

const notifyDown: Keyword<Command> = value('notify_down', 2, notifyCommand, 'run when it goes', more)

const quorumUp: Keyword<Command> = value(
  'quorum_up',
  3,
  notifyCommand,
  'run when the quorum is reached',
  more,
)

const quorumDown: Keyword<Command> = value('quorum_down', 3, notifyCommand, 'run when it is lost', more)

/** Of virtual servers, and as their servers' own. */
const checkDefaults: readonly Keyword[] = [
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

const virtualServerTable = table(
  lbAlgo,
  lvsSched,
  lbKind,
  lvsMethod,
  protocol,
  persistenceTimeout,
  quorum,
  hysteresis,
  sorryServerKeyword,
  checkDefaults,
  realServer,
  value('persistence_engine', 3, text('NAME'), 'how clients are told apart', more),
  value('persistence_granularity', 3, granularity, 'which clients count as one', more),
  value('ha_suspend', 3, flag, 'check only while the address is here', more),
  value('alpha', 3, flag, 'down until checked', more),
  value('omega', 3, flag, 'notify at the end, too', more),
  quorumUp,
  quorumDown,
  value('ip_family', 3, choice(['inet', 'inet6'], 'the line is ignored'), 'of a firewall mark', more),
  sorryServerInhibit,
  value('sorry_server_lvs_method', 3, forwarding, 'how packets to it are forwarded', more),
  value('inhibit_on_failure', 2, flag, 'weight 0 instead of removal', more),
  schedulerFlags,
  ops,
)

export const virtualServer: Keyword = section('virtual_server', 1, virtualServerTable, 'a service of IPVS', {
  ...more,
  syntax: 'ADDRESS [PORT] | fwmark N | group NAME',
  naming: 'needed',
  process: 'checker',
  admits: virtualServerAddress,
})

export const virtualServerGroup: Keyword = list('virtual_server_group', 3, 'addresses of one service', {
  ...more,
  process: 'checker',
  syntax: 'NAME',
  naming: 'needed',
})

export const virtualServerKeywords: readonly Keyword[] = [
  virtualServer,
  virtualServerGroup,
  section(
    'SSL',
    3,
    table(
      ['password', 'ca', 'certificate', 'key'].map((name) =>
        value(name, 3, lenient(text(name === 'password' ? 'PASSWORD' : 'FILE')), 'of SSL_GET', more),
      ),
    ),
    'certificates of checks',
    { ...more, process: 'checker' },
  ),
]

/** Those whose value is a program. */
export const commandKeywords: readonly Keyword<Command>[] = [
  notifyUp,
  notifyDown,
  quorumUp,
  quorumDown,
  miscPath,
]
