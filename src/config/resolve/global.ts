/** global_defs: several blocks count as one. */

import * as keywords from '../keywords/global-defs.ts'
import { ipv4FromNumber, ipv6FromBytes, isIpv4 } from '../../base/address.ts'
import { seconds } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { globalGarp } from '../blocks/garp.ts'
import type { Defaults } from '../blocks/context.ts'
import type { DumpFiles, GlobalDefs, Mail, Scheduling, VirtualMacNames } from '../model.ts'
import {
  nftables,
  nftablesCounters,
  nftablesPriority,
  vmacAddrPrefix,
  vmacPrefix,
  vrrpCheckUnicastSrc,
} from '../keywords/global-other.ts'
import * as mail from '../keywords/global-mail.ts'
import * as processKeywords from '../keywords/global-process.ts'
import { vrrpNotifyPriorityChanges } from '../keywords/global-scripts.ts'
import { spanOf } from '../syntax/line.ts'
import { reportEmptyList } from '../blocks/gaps.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../syntax/tree.ts'
import { readInteger } from '../values/number.ts'
import { isTableName } from '../values/table-name.ts'
import { readValues, type Values } from '../values/values.ts'
import { globalScripts } from './global-scripts.ts'

export interface ResolvedGlobal {
  readonly global: GlobalDefs
  readonly defaults: Defaults
}

export function resolveGlobal(blocks: readonly Node[], report: Report): ResolvedGlobal {
  const nodes = blocks.flatMap((block) => block.nodes)
  const values = readValues(nodes, report)
  return { global: globalOf(values, mailOf(nodes, values, report)), defaults: defaultsOf(values) }
}

/** VRRP's own groups, 224.0.0.18 and ff02::12 (RFC 9568 section 5.1). */
const VRRP_GROUP_4 = ipv4FromNumber(0xe0000012)
const VRRP_GROUP_6 = ipv6FromBytes(Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12))

function globalOf(values: Values, mails: Mail): GlobalDefs {
  const routerId = values.last(keywords.routerId)
  const scriptUser = values.last(keywords.scriptUser)
  const group4 = values.last(keywords.vrrpMcastGroup4)
  const group6 = values.last(keywords.vrrpMcastGroup6)
  return {
    ...(routerId !== undefined && { routerId }),
    ...(scriptUser !== undefined && { scriptUser }),
    enableScriptSecurity: values.has(keywords.enableScriptSecurity),
    dynamicInterfaces: values.has(keywords.dynamicInterfaces),
    mcastGroup4: group4 !== undefined && isIpv4(group4) ? group4 : VRRP_GROUP_4,
    mcastGroup6: group6 !== undefined && !isIpv4(group6) ? group6 : VRRP_GROUP_6,
    startupDelay: values.last(keywords.vrrpStartupDelay) ?? seconds(0),
    garpInterval: values.last(keywords.vrrpGarpInterval) ?? seconds(0),
    gnaInterval: values.last(keywords.vrrpGnaInterval) ?? seconds(0),
    defaultInterface: values.last(keywords.defaultInterface) ?? 'eth0',
    mail: mails,
    firewall: {
      name: tableOf(values.last(nftables)),
      priority: values.last(nftablesPriority) ?? -1,
      counters: values.has(nftablesCounters),
    },
    dumps: dumpsOf(values),
    scheduling: schedulingOf(values),
    virtualMacNames: virtualMacNamesOf(values),
    ...globalScripts(values),
  }
}

function virtualMacNamesOf(values: Values): VirtualMacNames {
  const prefix = values.last(vmacPrefix) ?? 'vrrp'
  return { prefix, elsewhere: values.last(vmacAddrPrefix) ?? prefix }
}

function dumpsOf(values: Values): DumpFiles {
  const data = values.last(processKeywords.stateDumpFile)
  const stats = values.last(processKeywords.statsDumpFile)
  const json = values.last(processKeywords.jsonDumpFile)
  return {
    useInstance: values.last(processKeywords.dataUseInstance) ?? false,
    ...(data !== undefined && { data }),
    ...(stats !== undefined && { stats }),
    ...(json !== undefined && { json }),
    jsonVersion: values.last(processKeywords.jsonVersion) === 2 ? 2 : 1,
  }
}

function schedulingOf(values: Values): Scheduling {
  const realTime = values.last(processKeywords.vrrpRtPriority)
  const nice = values.last(processKeywords.vrrpPriority)
  const processors = values.last(processKeywords.vrrpCpuAffinity)
  return {
    ...(realTime !== undefined && { realTime }),
    ...(nice !== undefined && { nice }),
    ...(processors !== undefined && { processors }),
    noSwap: values.has(processKeywords.vrrpNoSwap),
  }
}

const tableOf = (given: string | undefined): string =>
  given !== undefined && isTableName(given) ? given : 'vrrpd'

const defaultsOf = (values: Values): Defaults => ({
  version: values.last(keywords.vrrpVersion) ?? 2,
  link: values.last(keywords.defaultInterface) ?? 'eth0',
  strict: values.last(keywords.vrrpStrict) ?? false,
  garp: globalGarp(values),
  downTimerAdverts: values.last(keywords.vrrpDownTimerAdverts) ?? 3,
  lowerPrioNoAdvert: values.last(keywords.vrrpLowerPrioNoAdvert) ?? false,
  higherPrioSendAdvert: values.last(keywords.vrrpHigherPrioSendAdvert) ?? false,
  skipCheckAdvAddr: values.last(keywords.vrrpSkipCheckAdvAddr) ?? false,
  notifyPriorityChanges: values.last(vrrpNotifyPriorityChanges) ?? false,
  checkUnicastSource: values.has(vrrpCheckUnicastSrc),
  smtpAlert: values.last(mail.smtpAlertVrrp) ?? values.last(mail.smtpAlertDefault) ?? false,
})

const SMTP_PORT = 25

function mailOf(nodes: readonly Node[], values: Values, report: Report): Mail {
  for (const node of nodes) if (node.keyword === mail.notificationEmail) reportEmptyList(node, report)
  const from = values.last(mail.notificationEmailFrom)
  const server = serverOf(values, report)
  const helo = values.last(mail.smtpHeloName)?.[0]?.text
  return {
    recipients: entriesOf({ nodes }, mail.notificationEmail).flatMap(({ words }) =>
      words.map(({ text }) => text),
    ),
    connectTimeout: values.last(mail.smtpConnectTimeout) ?? seconds(30),
    notOnFault: values.has(mail.noEmailFaults),
    ...(from !== undefined && { from }),
    ...(server !== undefined && { server }),
    ...(helo !== undefined && { heloName: helo }),
  }
}

/** The name itself is looked up when a mail is sent; what cannot be one is found here. */
function serverOf(values: Values, report: Report): Mail['server'] {
  const [host, port] = values.last(mail.smtpServer) ?? []
  if (host === undefined) return undefined
  if (!/^[\w.:-]+$/.test(host.text)) {
    report(errorAt(host, 'invalid-value', `'${host.text}' is no mail server; the line is ignored`))
    return undefined
  }
  const span = spanOf(host)
  if (port === undefined) return { host: host.text, port: SMTP_PORT, span }
  const number = readInteger(port, { minimum: 1, maximum: 65_535 }, `${SMTP_PORT} is used`, report)
  return { host: host.text, port: number ?? SMTP_PORT, span }
}
