/** A log that also keeps what went wrong, for somebody who waits for the outcome. */

import type { Log } from './logging.ts'

export interface ListeningLog extends Log {
  /** Warnings and errors. */
  readonly complaints: readonly string[]
  readonly firstError: string | undefined
}

/** @param log undefined: nobody else is told */
export function listeningLog(log: Log | undefined): ListeningLog {
  const complaints: string[] = []
  let firstError: string | undefined
  return {
    complaints,
    get firstError(): string | undefined {
      return firstError
    },
    detail: (text, fields) => log?.detail(text, fields),
    info: (text, fields) => log?.info(text, fields),
    warn: (text, fields) => {
      complaints.push(text)
      log?.warn(text, fields)
    },
    error: (text, fields) => {
      complaints.push(text)
      firstError ??= text
      log?.error(text, fields)
    },
    say: (message) => log?.say(message),
    reopen: () => log?.reopen(),
    linesLost: () => log?.linesLost() ?? 0,
    close: (deadlineMs) => log?.close(deadlineMs) ?? Promise.resolve(),
  }
}
