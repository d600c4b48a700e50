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
import { LogDeferral } from './log-deferral.ts'
import type { LogFields, LogLevel, Message } from './messages.ts'

export type { LogSettings } from './log-destinations.ts'

export interface Log {
  detail(text: string, fields?: LogFields): void
  info(text: string, fields?: LogFields): void
  warn(text: string, fields?: LogFields): void
  error(text: string, fields?: LogFields): void
  /** A message of messages.ts. */
  say(message: Message): void
  /** Files that have been rotated away are made anew, without waiting for the next line. */
  reopen(): void
  /** Since the start, by the destination that lost most: a slow reader's are not everybody's. */
  linesLost(): number
  /** Resolves when all destinations have everything, or after the deadline. Lines logged later are lost. */
  close(deadlineMs: number): Promise<void>
}

const LEVELS: Readonly<Record<LogLevel, number>> = { detail: 25, info: 30, warn: 40, error: 50 }

/** @param openSyslog called only where syslog is wanted: openDevLog() of log-dev-log.ts */
export function openLog(settings: LogSettings, openSyslog: OpenSyslog): Log {
  const complain = (text: string): void => {
    log.error(text)
  }
  const { destinations, complaints } = openDestinations(settings, { openSyslog, complain })
  const log = createLog(settings.detail, destinations)
  for (const text of complaints) log.error(text)
  return log
}

function createLog(detail: boolean, destinations: readonly Destination[]): Log {
  const records = pinoStream((record) => {
    for (const destination of destinations) destination.write(record)
  })
  const logger = pino<LogLevel, true>(
    {
      level: detail ? 'detail' : 'info',
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(records.loggedAtMs).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    records,
  )
  const deferral = new LogDeferral(({ level, text, fields, atMs }) => {
    records.loggedAtMs = atMs
    logger[level](fields, text)
  })
  const say = (message: Message): void => {
    if (detail || message.level !== 'detail') deferral.push(message)
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
    reopen: () => {
      for (const destination of destinations) destination.look?.()
    },
    linesLost: () => Math.max(0, ...destinations.map((destination) => destination.linesLost())),
    close: async (deadlineMs) => {
      deferral.flush()
      await Promise.all(destinations.map((destination) => destination.close(deadlineMs)))
    },
  }
}

interface PinoStream extends pino.DestinationStream {
  /** When the line now being written was logged. */
  loggedAtMs: number
}

/** What pino writes to. The symbol asks it to leave a record's parts here before each line (its metadata protocol). */
function pinoStream(receive: (record: LogRecord) => void): PinoStream {
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    lastMsg: '',
    loggedAtMs: 0,
    write: (json: string) => {
      receive({
        at: new Date(stream.loggedAtMs),
        level: levelOf(stream.lastLevel),
        text: stream.lastMsg,
        json,
      })
    },
  }
  return stream
}

function levelOf(number: number): LogLevel {
  if (number >= LEVELS.error) return 'error'
  if (number >= LEVELS.warn) return 'warn'
  return number >= LEVELS.info ? 'info' : 'detail'
}
