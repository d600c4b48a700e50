/** Where a checker connects to, and from where. */

import { formatIp, type IpAddress, isIpv4 } from '../../../base/address.ts'
import { seconds } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Keyword, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { hostAddress, hostOf } from '../../values/address.ts'
import { text } from '../../values/basic.ts'
import { integer, UNSIGNED } from '../../values/number.ts'
import { asWord, inSeconds, type Printers, printFields, when } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'
import type { Connection } from './load-balancing.ts'
import { type CheckDefaults, connectSeconds } from './timing.ts'

const port = integer({ minimum: 1, maximum: 65_535 })
const address = hostAddress('the line is ignored')

const keywords = {
  connectIp: value('connect_ip', 2, address, 'where to connect', { default: 'the server' }),
  connectPort: value('connect_port', 1, port, 'its port', { default: 'the server’s, as written' }),
  bindto: value('bindto', 3, address, 'where to connect from'),
  bindIf: value('bind_if', 3, text('INTERFACE'), 'through which interface'),
  bindPort: value('bind_port', 3, port, 'from which port'),
  fwmark: value('fwmark', 3, integer(UNSIGNED), 'firewall mark'),
  connectTimeout: value('connect_timeout', 1, connectSeconds, 'seconds', { default: '5' }),
}

export const connection: readonly Keyword[] = Object.values(keywords)

export const saysConnection = (values: Values): boolean => connection.some((keyword) => values.has(keyword))

/** What a checker is told of its server. */
export interface ConnectionDefaults {
  readonly address: IpAddress
  readonly port: number
  readonly defaults: CheckDefaults
}

/** Undefined where nobody could connect, which is reported: keepalived leaves such a check out. */
export function connectionOf(
  check: Node,
  values: Values,
  server: ConnectionDefaults,
  report: Report,
): Connection | undefined {
  const isMail = /^(SMTP_CHECK|host)$/.test(check.keyword.name)
  const { target, bound } = endsOf(values, server, isMail, report)
  const bindInterface = values.last(keywords.bindIf)
  if (bindInterface === undefined && isLinkLocal(target)) {
    const message = `${formatIp(target)} is link-local and needs bind_if: the check is ignored`
    report(errorAt(check.statement.words[0], 'incomplete-check', message, { related: endsHere(check) }))
    return undefined
  }
  const bindPort = values.last(keywords.bindPort)
  return {
    address: target,
    port: values.last(keywords.connectPort) ?? server.port,
    ...(bound !== undefined && { bindAddress: bound }),
    ...(bindPort !== undefined && { bindPort }),
    ...(bindInterface !== undefined && { bindInterface }),
    mark: values.last(keywords.fwmark) ?? 0,
    connectTimeout: values.last(keywords.connectTimeout) ?? server.defaults.connectTimeout,
  }
}

/** Of two that are not of one family the later one does not count. */
function endsOf(
  values: Values,
  { address }: ConnectionDefaults,
  isMail: boolean,
  report: Report,
): { readonly target: IpAddress; readonly bound?: IpAddress | undefined } {
  const to = values.lastGiven(keywords.connectIp)
  const from = values.lastGiven(keywords.bindto)
  const target = (to && hostOf(to.value.text)) ?? address
  const bound = from && hostOf(from.value.text)
  if (from === undefined || bound === undefined || isIpv4(bound) === isIpv4(target)) return { target, bound }
  const isToIgnored = to !== undefined && to.order > from.order
  const [ignored, other] = isToIgnored ? [to.value, 'bindto'] : [from.value, 'the address to connect to']
  const message = `${ignored.text} is not of the family of ${other}: the line is ignored`
  // Of a mail server's own address keepalived says nothing (measured, 2.2.7).
  const isSaid = to !== undefined || !isMail
  report(errorAt(ignored, 'family-mismatch', message, isSaid ? {} : { inKeepalived: 'no' }))
  if (!isToIgnored) return { target }
  return isIpv4(bound) === isIpv4(address) ? { target: address, bound } : { target: address }
}

const isLinkLocal = (address: IpAddress): boolean => !isIpv4(address) && /^fe[89ab][0-9a-f]:/.test(address)

/** What differs from what the server has by itself. */
export function connectionLines(connection: Connection, server: ConnectionDefaults): readonly string[] {
  const printers: Printers<Connection> = {
    address: (to) => when(to !== server.address, `connect_ip ${formatIp(to)}`),
    port: (to) => when(to !== server.port, `connect_port ${to}`),
    bindAddress: (from) => [`bindto ${formatIp(from)}`],
    bindPort: (from) => [`bind_port ${from}`],
    bindInterface: (name) => [`bind_if ${asWord(name)}`],
    mark: (mark) => when(mark !== 0, `fwmark ${mark}`),
    connectTimeout: (timeout) => when(timeout !== USUAL_TIMEOUT, `connect_timeout ${inSeconds(timeout)}`),
  }
  return printFields(printers, connection)
}

const USUAL_TIMEOUT = seconds(5)
