/** The file as a whole: what it runs. */

import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import type { Model } from '../../model.ts'
import type { Subject } from './context.ts'
import { namesOf, remark, warn } from './context.ts'

/** @param whole a place that stands for the file. */
export function lintWhole({ model, blocks }: Subject, whole: Span, report: Report): void {
  if (blocks.size === 0 && model.loadBalancing.virtualServers.length === 0)
    warn(report, 'nothing-to-run', whole, 'there is no vrrp_instance: nothing is run')
  lackingRecipients(model, report)
}

function lackingRecipients({ global, instances, syncGroups }: Model, report: Report): void {
  const alerting = [...instances, ...syncGroups].filter(({ smtpAlert }) => smtpAlert)
  const [first] = alerting
  if (first === undefined || global.mail.recipients.length > 0) return
  const names = namesOf(alerting.map(({ name }) => name))
  const message = `smtp_alert is on for ${names}, but notification_email names nobody: no mail is sent`
  remark(report, 'no-recipients', first.span, message)
}
