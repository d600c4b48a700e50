/** Programs and FIFOs of the daemon itself. */

import { seconds } from '../../base/time.ts'
import type { Keyword } from '../syntax/keyword.ts'
import * as keywords from '../keywords/global-scripts.ts'
import type { GlobalDefs, LimitedScript, NotifyFifo } from '../model.ts'
import type { Command } from '../values/command.ts'
import type { Values } from '../values/values.ts'

type Scripts = Pick<
  GlobalDefs,
  'supplementaryGroups' | 'fifos' | 'fifoStatesOnReload' | 'startupScript' | 'shutdownScript'
>

export function globalScripts(values: Values): Scripts {
  const fifos = [
    fifoOf(values, 'notify_fifo', keywords.notifyFifo, keywords.notifyFifoScript),
    fifoOf(values, 'vrrp_notify_fifo', keywords.vrrpNotifyFifo, keywords.vrrpNotifyFifoScript),
  ]
  const startupScript = limited(values, keywords.startupScript, keywords.startupScriptTimeout)
  const shutdownScript = limited(values, keywords.shutdownScript, keywords.shutdownScriptTimeout)
  return {
    supplementaryGroups: values.has(keywords.setSupplementaryGroups),
    fifos: fifos.filter((fifo) => fifo !== undefined),
    fifoStatesOnReload: values.has(keywords.fifoWriteVrrpStatesOnReload),
    ...(startupScript && { startupScript }),
    ...(shutdownScript && { shutdownScript }),
  }
}

/** A script without a FIFO has nothing to read. */
function fifoOf(
  values: Values,
  keyword: NotifyFifo['keyword'],
  path: Keyword<Command>,
  reader: Keyword<Command>,
): NotifyFifo | undefined {
  const fifo = values.last(path)
  if (fifo === undefined) return undefined
  const script = values.last(reader)
  const { argv, user: owner, span } = fifo
  return { keyword, path: argv[0], ...(owner && { owner }), ...(script && { script }), span }
}

function limited(
  values: Values,
  script: Keyword<Command>,
  timeout: Keyword<number>,
): LimitedScript | undefined {
  const command = values.last(script)
  return command && { command, timeout: seconds(values.last(timeout) ?? 10) }
}
