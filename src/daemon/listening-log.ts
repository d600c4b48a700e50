/** A log that also keeps what went wrong, for somebody who waits for the outcome. */

import type { Log } from './logging.ts'

export interface ListeningLog extends Log {
  readonly complaints: readonly string[]
}

/** @param log undefined: nobody else is told */
export function listeningLog(log: Log | undefined): ListeningLog {
  const complaints: string[] = []
  const keep = (text: string): void => {
    complaints.push(text)
  }
  return {
    complaints,
    detail: (text, fields) => log?.detail(text, fields),
    info: (text, fields) => log?.info(text, fields),
    warn: (text, fields) => {
      keep(text)
      log?.warn(text, fields)
    },
    error: (text, fields) => {
      keep(text)
      log?.error(text, fields)
    },
    say: (message) => log?.say(message),
    reopen: () => log?.reopen(),
    linesLost: () => log?.linesLost() ?? 0,
    close: (deadlineMs) => log?.close(deadlineMs) ?? Promise.resolve(),
  }
}
