/** `real_server ADDRESS [PORT] { … }`, and what virtual servers have as its default. */

import type { Duration } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, noEffect, notYet, section, table, value } from '../../syntax/keyword.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { alone, lenient, optionalBoolean, text } from '../../values/basic.ts'
import { type Command, commandLine, notifyCommand } from '../../values/command.ts'
import { integer, UNSIGNED } from '../../values/number.ts'
import { asWord, nothing, type Printers, printFields, when } from '../../values/printing.ts'
import { readValues, type Values } from '../../values/values.ts'
import { checkerKeywords, checkLines, type CheckSurrounding, resolveCheck } from './checkers.ts'
import { endpointOf, endpointWords, familyOf, realServerAddress } from './endpoint.ts'
import { forwarding, forwardingWords } from './forwarding.ts'
import { namesOf } from './http.ts'
import type { Family, Forwarding, HttpChecker, RealServer } from './load-balancing.ts'
import { type CheckDefaults, checkDefaultsOf, ofServers } from './timing.ts'

/** Of virtual servers, too, as their servers' own. */
export const shared: {
  readonly lvsMethod: Keyword<Forwarding>
  readonly smtpAlert: Keyword<boolean>
  readonly virtualhost: Keyword<string>
} = {
  lvsMethod: value('lvs_method', 1, forwarding, 'how packets are forwarded', {
    default: 'of the virtual server',
  }),
  smtpAlert: value('smtp_alert', 2, optionalBoolean, 'send mails', {
    standing: notYet('vrrpd sends no mail'),
  }),
  virtualhost: value('virtualhost', 2, lenient(text('NAME')), 'host name in HTTP requests'),
}

export const sharedKeywords: readonly Keyword[] = [
  ...Object.values(shared),
  ...Object.values(ofServers),
  value('snmp_name', 4, lenient(alone(text('NAME'))), 'name in SNMP', {
    standing: noEffect('vrrpd speaks no SNMP'),
  }),
]

const keywords = {
  weight: value(
    'weight',
    1,
    integer({ minimum: 0, maximum: 2_147_483_647 }),
    'of this server among the others',
    {
      default: '1',
    },
  ),
  notifyUp: value('notify_up', 2, notifyCommand, 'run when it comes', { once: true }),
  notifyDown: value('notify_down', 2, notifyCommand, 'run when it goes', { once: true }),
  uthreshold: value('uthreshold', 3, integer(UNSIGNED), 'most connections', { default: '0: any number' }),
  lthreshold: value(
    'lthreshold',
    3,
    integer(UNSIGNED),
    'fewest connections, below which there are more again',
    {
      default: '0: three quarters of uthreshold',
    },
  ),
  alpha: value('alpha', 3, optionalBoolean, 'down until checked'),
  inhibitOnFailure: value('inhibit_on_failure', 2, optionalBoolean, 'weight 0 instead of removal'),
}

/** Those whose value is a program. */
export const serverCommands: readonly Keyword<Command>[] = [keywords.notifyUp, keywords.notifyDown]

export const realServer: Keyword = section(
  'real_server',
  1,
  table(Object.values(keywords), sharedKeywords, checkerKeywords),
  'one server',
  { syntax: 'ADDRESS [PORT]', naming: 'needed', admits: realServerAddress },
)

/** What real servers have from their virtual server. */
export interface Inherited {
  readonly forwarding: Forwarding
  readonly weight: number
  readonly inhibitOnFailure: boolean
  readonly defaults: CheckDefaults
  readonly virtualhost?: string | undefined
  /** Of the virtual server's address; undefined where it has none, as in groups. */
  readonly port: number
  /** Absent: that of the first server. */
  readonly family?: Family | undefined
  /** smtp_alert of global_defs for checkers. */
  readonly smtpAlert: boolean
}

/** Undefined for one that was refused, and for one of the wrong family, which only a tunnel can reach. */
export function resolveRealServer(
  node: Node,
  values: Values,
  inherited: Inherited,
  surrounding: CheckSurrounding,
  report: Report,
): RealServer | undefined {
  const { statement, nodes } = node
  const [word, address, port] = statement.words
  const endpoint = endpointOf(address, port)
  const defaults = checkDefaultsOf(values, values.last(keywords.alpha), inherited.defaults)
  const method = values.last(shared.lvsMethod) ?? inherited.forwarding
  const smtpAlert = values.last(shared.smtpAlert)
  const virtualhost = values.last(shared.virtualhost) ?? inherited.virtualhost
  const notifyUp = values.last(keywords.notifyUp)
  const notifyDown = values.last(keywords.notifyDown)
  if (endpoint === undefined || address === undefined || node.refused === true) return undefined
  const checked = {
    address: endpoint.address,
    port: endpoint.port === 0 ? inherited.port : endpoint.port,
    defaults,
    delayLoop: inherited.defaults.delayLoop,
    virtualhost,
    virtualServerHost: inherited.virtualhost,
  }
  const checkers = nodes.flatMap((check) => resolveCheck(check, checked, surrounding, report))
  const { family } = inherited
  if (family !== undefined && family !== familyOf(endpoint.address) && method.method !== 'tunnel') {
    const message = `the virtual server has ${family === 'ipv4' ? 'IPv4' : 'IPv6'}: this server is ignored`
    report(errorAt(address, 'family-mismatch', message, { related: endsHere(node) }))
    return undefined
  }
  return {
    span: spanOf(word),
    ...endpoint,
    forwarding: method,
    weight: values.last(keywords.weight) ?? inherited.weight,
    upperThreshold: values.last(keywords.uthreshold) ?? 0,
    lowerThreshold: values.last(keywords.lthreshold) ?? 0,
    inhibitOnFailure: values.last(keywords.inhibitOnFailure) ?? inherited.inhibitOnFailure,
    ...(notifyUp !== undefined && { notifyUp }),
    ...(notifyDown !== undefined && { notifyDown }),
    smtpAlert: smtpAlert ?? inherited.smtpAlert,
    checkers,
  }
}

/** @param surrounding as printed: what reads back by itself */
export function realServerLines(
  server: RealServer,
  virtual: { readonly forwarding: Forwarding; readonly delayLoop: Duration; readonly port: number },
): readonly string[] {
  const names = namesOf(server.checkers.filter((check): check is HttpChecker => check.kind === 'http'))
  const checked = {
    address: server.address,
    port: server.port === 0 ? virtual.port : server.port,
    defaults: checkDefaultsOf(NO_VALUES, undefined),
    delayLoop: virtual.delayLoop,
  }
  const printers: Printers<RealServer> = {
    span: nothing,
    address: nothing,
    port: nothing,
    weight: (weight) => when(weight !== 1, `weight ${weight}`),
    forwarding: (own) => {
      const words = forwardingWords(own)
      return when(words !== forwardingWords(virtual.forwarding), `lvs_method ${words}`)
    },
    upperThreshold: (most) => when(most !== 0, `uthreshold ${most}`),
    lowerThreshold: (fewest) => when(fewest !== 0, `lthreshold ${fewest}`),
    inhibitOnFailure: (on) => when(on, 'inhibit_on_failure'),
    notifyUp: (command) => [commandLine('notify_up', command)],
    notifyDown: (command) => [commandLine('notify_down', command)],
    smtpAlert: (on) => when(!on, 'smtp_alert off'),
    checkers: (checkers) => [
      ...(names.virtualhost === undefined ? [] : [`virtualhost ${asWord(names.virtualhost)}`]),
      ...checkers.flatMap((check) => checkLines(check, checked)),
    ],
  }
  const lines = printFields(printers, server)
  return [`real_server ${endpointWords(server)} {`, ...lines.map((line) => `    ${line}`), '}']
}

const NO_VALUES: Values = readValues([], () => undefined)
