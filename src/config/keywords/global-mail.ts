/** `global_defs`: who gets mail, and from where. */

import { seconds, type Duration } from '../../base/time.ts'
import type { Report } from '../diagnostics/diagnostics.ts'
import { list, notYet, value, type Keyword } from '../syntax/keyword.ts'
import type { Word, Words } from '../syntax/lexer.ts'
import { errorAt } from '../syntax/place-diagnostic.ts'
import { flag, lenient, optionalBoolean, text, words } from '../values/basic.ts'
import { wholeSeconds } from '../values/number.ts'

const standing = notYet('vrrpd sends no mail')

/** 0 is too little: 1. */
const timeout = { ...wholeSeconds({ minimum: 0, maximum: 4294 }), read: readTimeout }

function readTimeout(statement: Words, report: Report): Duration | undefined {
  const value = wholeSeconds({ minimum: 0, maximum: 4294 }).read(statement, report)
  if (value !== 0) return value
  report(errorAt(statement.place, 'value-out-of-range', 'more than 0 seconds are expected here; 1 s is used'))
  return seconds(1)
}

export const notificationEmail: Keyword = list('notification_email', 1, 'who gets mail', { standing })
export const notificationEmailFrom: Keyword<string> = value(
  'notification_email_from',
  1,
  lenient(text('ADDRESS')),
  'sender of the mails',
  { standing, default: 'keepalived@ the host name' },
)
export const smtpServer: Keyword<readonly Word[]> = value(
  'smtp_server',
  1,
  words('HOST [PORT]', 1),
  'where the mails go',
  { standing, default: 'port 25' },
)
export const smtpConnectTimeout: Keyword<Duration> = value(
  'smtp_connect_timeout',
  1,
  timeout,
  'seconds to wait for the mail server',
  { standing, default: '30' },
)
export const smtpHeloName: Keyword<readonly Word[]> = value(
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
export const noEmailFaults: Keyword<true> = value('no_email_faults', 3, flag, 'no mail on FAULT', {
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
  value('smtp_alert_checker', 3, optionalBoolean, 'default of smtp_alert in virtual servers', { standing }),
]
