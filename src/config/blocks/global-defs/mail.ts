/** `global_defs`: who gets mail, and from where. */

import { type Duration, seconds } from '../../../base/time.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import { type Keyword, list, notYet, value } from '../../syntax/keyword.ts'
import type { Word, Words } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { entriesOf, type Node } from '../../syntax/tree.ts'
import { flag, lenient, optionalBoolean, text, words } from '../../values/basic.ts'
import { readInteger, wholeSeconds } from '../../values/number.ts'
import {
  asLineWord,
  asWord,
  block,
  inSeconds,
  type Printers,
  printFields,
  when,
} from '../../values/printing.ts'
import { reportEmptyList, type Values } from '../../values/values.ts'

const standing = notYet('vrrpd sends no mail')

/** 0 is too little: 1. */
const timeout = { ...wholeSeconds({ minimum: 0, maximum: 4294 }), read: readTimeout }

function readTimeout(statement: Words, report: Report): Duration | undefined {
  const value = wholeSeconds({ minimum: 0, maximum: 4294 }).read(statement, report)
  if (value !== 0) return value
  report(errorAt(statement.place, 'value-out-of-range', 'more than 0 seconds are expected here; 1 s is used'))
  return seconds(1)
}

const notificationEmail: Keyword = list('notification_email', 1, 'who gets mail', { standing })
const notificationEmailFrom: Keyword<string> = value(
  'notification_email_from',
  1,
  lenient(text('ADDRESS')),
  'sender of the mails',
  { standing, default: 'keepalived@ the host name' },
)
const smtpServer: Keyword<readonly Word[]> = value(
  'smtp_server',
  1,
  words('HOST [PORT]', 1),
  'where the mails go',
  { standing, default: 'port 25' },
)
const smtpConnectTimeout: Keyword<Duration> = value(
  'smtp_connect_timeout',
  1,
  timeout,
  'seconds to wait for the mail server',
  { standing, default: '30' },
)
const smtpHeloName: Keyword<readonly Word[]> = value(
  'smtp_helo_name',
  3,
  words('[NAME]'),
  'what this machine calls itself to the mail server',
  { standing },
)
export const smtpAlertDefault: Keyword<boolean> = value(
  'smtp_alert',
  3,
  optionalBoolean,
  'default of smtp_alert everywhere',
  { standing },
)
export const smtpAlertVrrp: Keyword<boolean> = value(
  'smtp_alert_vrrp',
  3,
  optionalBoolean,
  'default of smtp_alert in instances and groups',
  { standing },
)
export const smtpAlertChecker: Keyword<boolean> = value(
  'smtp_alert_checker',
  3,
  optionalBoolean,
  'default of smtp_alert in virtual servers and real servers',
  { standing },
)
const noEmailFaults: Keyword<true> = value('no_email_faults', 3, flag, 'no mail on FAULT', {
  standing,
})

export const mailKeywords: readonly Keyword[] = [
  notificationEmail,
  notificationEmailFrom,
  smtpServer,
  smtpConnectTimeout,
  smtpHeloName,
  smtpAlertDefault,
  smtpAlertVrrp,
  noEmailFaults,
  smtpAlertChecker,
]

/** What `notification_email`, `smtp_*` and `router_id` say about mails. */
export interface Mail {
  readonly recipients: readonly string[]
  readonly from?: string
  readonly server?: { readonly host: string; readonly port: number; readonly span: Span }
  /** 30 s by default. */
  readonly connectTimeout: Duration
  readonly heloName?: string
  /** `no_email_faults` */
  readonly notOnFault: boolean
}

const SMTP_PORT = 25

export function mailOf(nodes: readonly Node[], values: Values, report: Report): Mail {
  for (const node of nodes) if (node.keyword === notificationEmail) reportEmptyList(node, report)
  const from = values.last(notificationEmailFrom)
  const server = serverOf(values, report)
  const helo = values.last(smtpHeloName)?.[0]?.text
  return {
    recipients: entriesOf({ nodes }, notificationEmail).flatMap(({ words }) => words.map(({ text }) => text)),
    connectTimeout: values.last(smtpConnectTimeout) ?? seconds(30),
    notOnFault: values.has(noEmailFaults),
    ...(from !== undefined && { from }),
    ...(server !== undefined && { server }),
    ...(helo !== undefined && { heloName: helo }),
  }
}

/** The name itself is looked up when a mail is sent; what cannot be one is found here. */
function serverOf(values: Values, report: Report): Mail['server'] {
  const [host, port] = values.last(smtpServer) ?? []
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

const SMTP_TIMEOUT = '30'

export const mailLines = (mail: Mail): readonly string[] => printFields(ofMail, mail)

const ofMail: Printers<Mail> = {
  recipients: (recipients) => block('notification_email', recipients.map(asLineWord)),
  from: (from) => [`notification_email_from ${asWord(from)}`],
  server: ({ host, port }) => [`smtp_server ${asWord(host)}${port === SMTP_PORT ? '' : ` ${port}`}`],
  connectTimeout: (timeout) =>
    when(inSeconds(timeout) !== SMTP_TIMEOUT, `smtp_connect_timeout ${inSeconds(timeout)}`),
  heloName: (name) => [`smtp_helo_name ${asWord(name)}`],
  notOnFault: (off) => when(off, 'no_email_faults'),
}
