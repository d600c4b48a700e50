/** What operators should know about a configuration that is in force: said in the log, and kept for the status. */

import type { Model } from '../../config/model.ts'
import { linkDelayNotices } from '../links/link-delay-notices.ts'
import type { Log } from '../log/logging.ts'
import { strictNotice } from './strict-notice.ts'

export function sayNotices(model: Model, configFile: string, log: Log): readonly string[] {
  const strict = strictNotice(model)
  if (strict !== undefined) log.warn(strict)
  const delays = linkDelayNotices(model)
  for (const notice of delays) log.warn(notice)
  const notServed = notServedNotice(model, configFile)
  if (notServed !== undefined) log.info(notServed)
  return [notServed, strict, ...delays].filter((notice) => notice !== undefined)
}

/** What the host's operators should know about blocks that keepalived would serve and vrrpd does not. */
export function notServedNotice(model: Model, configFile: string): string | undefined {
  const count = model.notServed.length
  if (count === 0) return undefined
  const [blocks, them] = count === 1 ? ['block is', 'it'] : ['blocks are', 'them']
  return `${String(count)} virtual_server ${blocks} not served by vrrpd; keep \`keepalived -C -f ${configFile}\` running for ${them}`
}
