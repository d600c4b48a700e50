/** A log record as text: keepalived's console line and the BSD syslog frame. */

import { basename, dirname, join } from 'node:path'
import { printable } from '../../base/printable.ts'
import type { LogLevel } from './messages.ts'

/** Longer texts are cut: one line must never fill the buffer, and /dev/log refuses large datagrams. */
const MAX_TEXT = 8 << 10

/** RFC 5424 section 6.2.1. keepalived logs all but everything as info, -D lines too; filters may rely on it. */
const SEVERITY: Readonly<Record<LogLevel, number>> = { detail: 6, info: 6, warn: 4, error: 3 }

const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `Sat Nov 21 10:00:00 2026: text\n`, in local time, as `keepalived -l` prints it. */
export function consoleLine(at: Date, text: string): string {
  return `${DAYS[at.getDay()] ?? ''} ${monthToSecond(at)} ${at.getFullYear()}: ${clean(text)}\n`
}

/** Before a line to the journal: sd-daemon(3). */
export const severityMark = (level: LogLevel): string => `<${SEVERITY[level]}>`

/** The text alone, for who knows the time. */
export const bareLine = (text: string): string => `${clean(text)}\n`

/** `<30>Nov 21 10:00:00 ident[pid]: text`: RFC 3164 section 4.1 without a host name, as syslog(3) sends it. */
export function syslogFrame(
  at: Date,
  level: LogLevel,
  text: string,
  from: { readonly facility: number; readonly ident: string; readonly pid: number },
): string {
  const priority = from.facility * 8 + SEVERITY[level]
  return `<${priority}>${monthToSecond(at)} ${from.ident}[${from.pid}]: ${clean(text)}`
}

/** keepalived's VRRP process writes to FILE with `_vrrp` before its last dot, others likewise (`man 8 keepalived`, -g). */
export const processLogFile = (file: string, process = 'vrrp'): string =>
  insertBeforeExtension(file, `_${process}`)

export function insertBeforeExtension(file: string, text: string): string {
  const name = basename(file)
  const dot = name.lastIndexOf('.')
  const inserted = dot === -1 ? `${name}${text}` : `${name.slice(0, dot)}${text}${name.slice(dot)}`
  return file.includes('/') ? join(dirname(file), inserted) : inserted
}

const two = (value: number): string => String(value).padStart(2, '0')

function monthToSecond(at: Date): string {
  const day = String(at.getDate()).padStart(2)
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${MONTHS[at.getMonth()] ?? ''} ${day} ${time}`
}

const clean = (text: string): string =>
  printable(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text)
