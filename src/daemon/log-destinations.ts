/** Where log records go, each in its own form and through its own bounded buffer. */

import { openSync } from 'node:fs'
import type { Result } from '../base/result.ts'
import { DescriptorWriter, withoutBlocking } from './log-descriptor.ts'
import { SyslogWriter, type SyslogPort } from './log-syslog.ts'
import { consoleLine, syslogFrame, vrrpLogFile } from './log-text.ts'
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

export function openDestinations(settings: LogSettings, openSyslog: OpenSyslog): Opened {
  const destinations: Destination[] = []
  const complaints: string[] = []
  if (settings.console) destinations.push(descriptorDestination(withoutBlocking(2), settings.format))
  if (settings.syslog) {
    const port = openSyslog()
    if (port.ok) destinations.push(syslogDestination(settings, port.value))
    else complaints.push(`cannot log to syslog: ${port.error.text}`)
  }
  const files = settings.file === undefined ? [] : [settings.file, vrrpLogFile(settings.file)]
  for (const file of files) {
    try {
      destinations.push(descriptorDestination(openSync(file, 'a'), settings.format))
    } catch (error) {
      complaints.push(`cannot log to ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
    }
  }
  return { destinations, complaints }
}

const lostText = (count: number): string =>
  `${count} log lines were lost here: they could not be written in time`

function descriptorDestination(fd: number, format: 'text' | 'json'): Destination {
  const line = (record: LogRecord): string =>
    format === 'json' ? record.json : consoleLine(record.at, record.text)
  const writer = new DescriptorWriter(fd, (count) => line(lostRecord(count)))
  return {
    write: (record) => {
      writer.write(line(record))
    },
    close: (deadlineMs) => writer.close(deadlineMs),
  }
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
    close: (deadlineMs) => writer.close(deadlineMs),
  }
}
