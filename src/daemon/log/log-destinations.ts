/** Where log records go, each in its own form and through its own bounded buffer. */

import { fstatSync } from 'node:fs'
import type { Result } from '../../base/result.ts'
import { DescriptorWriter, withoutBlocking } from './log-descriptor.ts'
import { LogFile } from './log-file.ts'
import { SyslogWriter, type SyslogPort } from './log-syslog.ts'
import { bareLine, consoleLine, severityMark, syslogFrame, processLogFile } from './log-text.ts'
import type { LogLevel } from './messages.ts'

export interface LogSettings {
  readonly console: boolean
  /** `-D`: also lines of level `detail`. */
  readonly detail: boolean
  readonly syslog: boolean
  readonly facility: number
  readonly ident: string
  readonly file: string | undefined
  /** Of console and files; syslog always gets text. */
  readonly format: 'text' | 'json'
  /** Whose lines these are, as keepalived calls its processes in the names of log files; absent: `vrrp`. */
  readonly process?: 'vrrp' | 'healthcheckers'
}

export interface LogRecord {
  /** When it was logged. */
  readonly at: Date
  readonly level: LogLevel
  readonly text: string
  /** pino's line, newline included. */
  readonly json: string
}

export interface Destination {
  write(record: LogRecord): void
  /** A file may have been rotated away. */
  look?(): void
  /** Since the start. */
  linesLost(): number
  /** Resolves when all is written, or after the deadline. */
  close(deadlineMs: number): Promise<void>
}

/** openDevLog() of log-dev-log.ts. */
export type OpenSyslog = () => Result<SyslogPort, { readonly text: string }>

interface Opened {
  readonly destinations: readonly Destination[]
  /** What could not be opened; the others are told. */
  readonly complaints: readonly string[]
}

export interface Surroundings {
  readonly openSyslog: OpenSyslog
  /** What is found out later, for the other destinations. */
  readonly complain: (text: string) => void
}

export function openDestinations(settings: LogSettings, { openSyslog, complain }: Surroundings): Opened {
  const destinations: Destination[] = []
  const complaints: string[] = []
  if (settings.console) destinations.push(consoleDestination(settings))
  if (settings.syslog) {
    const port = openSyslog()
    if (port.ok) destinations.push(syslogDestination(settings, port.value))
    else complaints.push(`cannot log to syslog: ${port.error.text}`)
  }
  const files =
    settings.file === undefined ? [] : [settings.file, processLogFile(settings.file, settings.process)]
  for (const file of files) {
    try {
      destinations.push(fileDestination(file, settings, complain))
    } catch (error) {
      complaints.push(`cannot log to ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
    }
  }
  return { destinations, complaints }
}

const lostText = (count: number): string =>
  `${count} log lines were lost here: they could not be written in time`

type Format = (record: LogRecord) => string

const formatOf = ({ format }: LogSettings): Format =>
  format === 'json' ? ({ json }) => json : ({ at, text }) => consoleLine(at, text)

const journalFormatOf =
  ({ format }: LogSettings): Format =>
  ({ level, text, json }) =>
    severityMark(level) + (format === 'json' ? json : bareLine(text))

/** stderr; where that is the journal itself, each line tells it the severity. */
function consoleDestination(settings: LogSettings): Destination {
  const line = isJournal(2, process.env['JOURNAL_STREAM']) ? journalFormatOf(settings) : formatOf(settings)
  const writer = new DescriptorWriter(withoutBlocking(2), (count) => line(lostRecord(count)))
  return {
    write: (record) => {
      writer.write(line(record))
    },
    linesLost: () => writer.linesLost,
    close: (deadlineMs) => writer.close(deadlineMs),
  }
}

function fileDestination(path: string, settings: LogSettings, complain: (text: string) => void): Destination {
  const line = formatOf(settings)
  const file = new LogFile(path, { lostLine: (count) => line(lostRecord(count)), onProblem: complain })
  return {
    write: (record) => {
      file.write(line(record))
    },
    look: () => {
      file.look()
    },
    linesLost: () => file.linesLost,
    close: (deadlineMs) => file.close(deadlineMs),
  }
}

/** @param journalStream JOURNAL_STREAM as systemd.exec(5) describes it: device and inode of the stream */
export function isJournal(fd: number, journalStream: string | undefined): boolean {
  if (journalStream === undefined) return false
  const { dev, ino } = fstatSync(fd)
  return journalStream === `${String(dev)}:${String(ino)}`
}

function lostRecord(count: number): LogRecord {
  const text = lostText(count)
  const at = new Date()
  const record = { level: 'warn', time: at.toISOString(), pid: process.pid, lost: count, msg: text }
  return { at, level: 'warn', text, json: `${JSON.stringify(record)}\n` }
}

function syslogDestination(settings: LogSettings, port: SyslogPort): Destination {
  const from = { facility: settings.facility, ident: settings.ident, pid: process.pid }
  const writer = new SyslogWriter(port, (count) => syslogFrame(new Date(), 'warn', lostText(count), from))
  return {
    write: ({ at, level, text }) => {
      writer.write(syslogFrame(at, level, text, from))
    },
    linesLost: () => writer.linesLost,
    close: (deadlineMs) => writer.close(deadlineMs),
  }
}
