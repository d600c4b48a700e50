/**
 * The daemon's log: pino makes the records, and each destination (console,
 * files, syslog) takes them in its own form through a bounded buffer. To log
 * never blocks and never fails; a destination that does not keep up loses
 * lines, is told how many, and delays nobody.
 *
 * As in keepalived: syslog always unless `-G`, stderr besides it with `-l`, a
 * file besides them with `-g`.
 */

import pino from 'pino'
import {
  openDestinations,
  type Destination,
  type OpenSyslog,
  type LogRecord,
  type LogSettings,
} from './log-destinations.ts'
import type { LogFields, LogLevel, Message } from './messages.ts'

export type { LogSettings } from './log-destinations.ts'

export interface Log {
  detail(text: string, fields?: LogFields): void
  info(text: string, fields?: LogFields): void
  warn(text: string, fields?: LogFields): void
  error(text: string, fields?: LogFields): void
  /** A message of messages.ts. */
  say(message: Message): void
  /** Resolves when all destinations have everything, or after the deadline. Lines logged later are lost. */
  close(deadlineMs: number): Promise<void>
}

const LEVELS: Readonly<Record<LogLevel, number>> = { detail: 25, info: 30, warn: 40, error: 50 }

/** @param openSyslog called only where syslog is wanted: openDevLog() of log-dev-log.ts */
export function openLog(settings: LogSettings, openSyslog: OpenSyslog): Log {
  const { destinations, complaints } = openDestinations(settings, openSyslog)
  const log = createLog(settings.detail, destinations)
  for (const text of complaints) log.error(text)
  return log
}

interface Waiting {
  readonly level: LogLevel
  readonly text: string
  readonly fields: LogFields
  readonly atMs: number
}

/** As many lines are kept for the loop's next turn; beyond that a line is formatted where it is logged. */
const MOST_WAITING = 1_000

/**
 * A line is formatted and written in the event loop's next turn: between the
 * advert of a new master and its address there must be nothing that can wait.
 */
function createLog(detail: boolean, destinations: readonly Destination[]): Log {
  let loggedAtMs = 0
  const records = pinoStream((record) => {
    for (const destination of destinations) destination.write(record)
  })
  const logger = pino<LogLevel, true>(
    {
      level: detail ? 'detail' : 'info',
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(loggedAtMs).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    records,
  )
  let waiting: Waiting[] = []
  const flush = (): void => {
    const lines = waiting
    waiting = []
    for (const { level, text, fields, atMs } of lines) {
      loggedAtMs = atMs
      logger[level](fields, text)
    }
  }
  const say = ({ level, text, fields }: Message): void => {
    if (level === 'detail' && !detail) return
    waiting.push({ level, text, fields, atMs: Date.now() })
    if (waiting.length === 1) setImmediate(flush)
    if (waiting.length >= MOST_WAITING) flush()
  }
  const at =
    (level: LogLevel) =>
    (text: string, fields: LogFields = {}): void => {
      say({ level, text, fields })
    }
  return {
    detail: at('detail'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    say,
    close: async (deadlineMs) => {
      flush()
      await Promise.all(destinations.map((destination) => destination.close(deadlineMs)))
    },
  }
}

/** What pino writes to. The symbol asks it to leave a record's parts here before each line (its metadata protocol). */
function pinoStream(receive: (record: LogRecord) => void): pino.DestinationStream {
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    lastMsg: '',
    write: (json: string) => {
      receive({ level: levelOf(stream.lastLevel), text: stream.lastMsg, json })
    },
  }
  return stream
}

function levelOf(number: number): LogLevel {
  if (number >= LEVELS.error) return 'error'
  if (number >= LEVELS.warn) return 'warn'
  return number >= LEVELS.info ? 'info' : 'detail'
}
