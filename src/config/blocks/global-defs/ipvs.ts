/** `global_defs` and the file's root: what concerns IPVS as a whole. */

import { formatIp, type IpAddress, isIpv4, isMulticastIpv4, parseIp } from '../../../base/address.ts'
import { nearest } from '../../../base/suggest.ts'
import type { Report, Span } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, notYet, value } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { flag, optionalBoolean, optionalChoice } from '../../values/basic.ts'
import { type Range, readInteger } from '../../values/number.ts'
import { asWord, joined, type Printers, printFields, when } from '../../values/printing.ts'
import type { LvsGlobals, SyncDaemonDefinition } from '../virtual-server/load-balancing.ts'

export type Timeouts = NonNullable<LvsGlobals['timeouts']>

const TIMEOUTS: ReadonlyMap<string, keyof Timeouts> = new Map([
  ['tcp', 'tcpSeconds'],
  ['tcpfin', 'tcpFinSeconds'],
  ['udp', 'udpSeconds'],
])
const DAYS_31: Range = { minimum: 0, maximum: 2_678_400 }

/** `tcp N tcpfin N udp N`, in any order. */
const timeouts: Arguments<Timeouts> = {
  syntax: '[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS]',
  needed: 2,
  missing: 'ignored',
  read({ words }, report) {
    let read: Timeouts = {}
    for (let index = 1; index < words.length; index++) {
      const [option, value] = [words[index], words[index + 1]]
      if (option === undefined) continue
      const known = TIMEOUTS.get(option.text)
      if (known === undefined || value === undefined) {
        const names = [...TIMEOUTS.keys()]
        const message = `${names.join(', ')} are expected here, each with a number; the word is ignored`
        report(errorAt(option, 'unknown-option', message, { suggestion: nearest(option.text, names) }))
        continue
      }
      const seconds = readInteger(value, DAYS_31, 'it is ignored', report)
      if (seconds !== undefined) read = { ...read, [known]: seconds }
      index += 1
    }
    return read
  },
}

/** As written: what is not there follows from the instance. */
export interface SyncDaemonWords extends Omit<SyncDaemonDefinition, 'syncId'> {
  readonly syncId?: number
  /** Of the instance's name, or of the interface's. */
  readonly span: Span
}

const SYNC_OPTIONS = ['inst', 'id', 'maxlen', 'port', 'ttl', 'group']

/** `INTERFACE [inst INSTANCE] [id N] …`; as it was once: `INTERFACE INSTANCE [N]`. */
const syncDaemon: Arguments<SyncDaemonWords> = {
  syntax:
    'INTERFACE [inst INSTANCE] [id 0..255] [maxlen 1..65507] [port 1..65535] [ttl 1..255] [group ADDRESS]',
  needed: 1,
  missing: 'ignored',
  read({ words }, report) {
    const [, link, second, third] = words
    if (link === undefined) return undefined
    const isOld = second !== undefined && !SYNC_OPTIONS.includes(second.text)
    const oldId = isOld && third !== undefined && /^\d+$/.test(third.text) ? third : undefined
    const base = { interface: link.text, span: spanOf(isOld ? second : link) }
    const old = isOld ? { ...base, instance: second.text } : base
    const id = oldId && readOldId(oldId, report)
    const first = oldId !== undefined ? 4 : isOld ? 3 : 2
    return { ...old, ...(id !== undefined && { syncId: id }), ...syncOptions(words.slice(first), report) }
  },
}

const SYNC_ID: Range = { minimum: 0, maximum: 255 }

function readOldId(word: Word, report: Report): number | undefined {
  report(warningAt(word, 'deprecated', `'id' is expected before this number`))
  return readInteger(word, SYNC_ID, 'that of the instance is used', report)
}

type SyncOptions = Partial<Omit<SyncDaemonWords, 'interface'>>

function syncOptions(words: readonly Word[], report: Report): SyncOptions {
  let options: SyncOptions = {}
  for (let index = 0; index < words.length; index++) {
    const option = words[index]
    if (option === undefined) break
    const value = words[index + 1]
    if (SYNC_OPTIONS.includes(option.text) && value !== undefined) {
      options = { ...options, ...syncOption(option, value, report) }
      index += 1
    } else if (option.text === 'inst') {
      const message = `'inst' needs the name of a vrrp_instance`
      report(errorAt(option, 'missing-parameter', message, { fatal: true, inKeepalived: 'abort' }))
    } else {
      const known = SYNC_OPTIONS.includes(option.text)
      const message = known
        ? `'${option.text}' needs a value; it is ignored`
        : `${SYNC_OPTIONS.join(', ')} are expected here, each with a value; the word is ignored`
      const suggestion = known ? undefined : nearest(option.text, SYNC_OPTIONS)
      report(errorAt(option, 'unknown-option', message, { suggestion }))
    }
  }
  return options
}

function syncOption({ text }: Word, value: Word, report: Report): SyncOptions {
  const number = (maximum: number, minimum = 1): number | undefined =>
    readInteger(value, { minimum, maximum }, 'it is ignored', report)
  switch (text) {
    case 'inst':
      return { instance: value.text, span: spanOf(value) }
    case 'id': {
      const syncId = number(255, 0)
      return syncId === undefined ? {} : { syncId }
    }
    case 'maxlen': {
      const maxLength = number(65_507)
      return maxLength === undefined ? {} : { maxLength }
    }
    case 'port': {
      const port = number(65_535)
      return port === undefined ? {} : { port }
    }
    case 'ttl': {
      const ttl = number(255)
      return ttl === undefined ? {} : { ttl }
    }
    default: {
      const group = parseIp(value.text)
      if (group !== undefined && isMulticast(group)) return { group }
      report(errorAt(value, 'invalid-address', `'${value.text}' is no multicast address; it is ignored`))
      return {}
    }
  }
}

const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? isMulticastIpv4(address) : address.startsWith('ff')

const onStop = optionalChoice(['VS'])

export const ofIpvs: {
  readonly syncDaemon: Keyword<SyncDaemonWords>
  readonly timeouts: Keyword<Timeouts>
  readonly flush: Keyword<true>
  readonly flushOnStop: Keyword<'VS' | true>
  readonly flushOnstop: Keyword<'VS' | true>
  readonly rsInitNotifies: Keyword<boolean>
  readonly logAllFailures: Keyword<boolean>
} = {
  syncDaemon: value('lvs_sync_daemon', 2, syncDaemon, 'IPVS connection sync', {
    once: true,
    default: 'id: the instance’s virtual_router_id',
  }),
  timeouts: value('lvs_timeouts', 2, timeouts, 'IPVS timeouts; 0: as they are'),
  flush: value('lvs_flush', 2, flag, 'clear IPVS at start'),
  flushOnStop: value(
    'lvs_flush_on_stop',
    2,
    onStop,
    'clear IPVS at the end; VS: of the file’s services only',
  ),
  flushOnstop: value('lvs_flush_onstop', 2, onStop, 'the same'),
  rsInitNotifies: value('rs_init_notifies', 3, optionalBoolean, 'notify_up for real servers at start'),
  logAllFailures: value('checker_log_all_failures', 2, optionalBoolean, 'log every failed check', {
    default: 'off',
  }),
}

export const ipvsKeywords: readonly Keyword[] = [
  ...Object.values(ofIpvs),
  value('no_checker_emails', 4, optionalBoolean, 'no mail for real servers', {
    standing: notYet('vrrpd sends no mail'),
  }),
]

/** What stands in global_defs. */
export const lvsLines = (globals: LvsGlobals): readonly string[] => printFields(ofGlobals, globals)

const ofGlobals: Printers<Omit<LvsGlobals, 'ipvsNamespace'>> = {
  flush: (on) => when(on, 'lvs_flush'),
  flushOnStop: (what) => when(what !== 'no', what === 'all' ? 'lvs_flush_on_stop' : 'lvs_flush_on_stop VS'),
  timeouts: (timeouts) => {
    const words = [...TIMEOUTS].map(([name, key]) => {
      const seconds = timeouts[key]
      return seconds === undefined ? '' : `${name} ${seconds}`
    })
    return [joined(['lvs_timeouts', ...words])]
  },
  notifyAtStart: (on) => when(on, 'rs_init_notifies'),
  syncDaemon: ({ interface: link, instance, syncId, maxLength, port, ttl, group }) => [
    joined([
      `lvs_sync_daemon ${asWord(link)}`,
      instance === undefined ? '' : `inst ${asWord(instance)}`,
      `id ${syncId}`,
      maxLength === undefined ? '' : `maxlen ${maxLength}`,
      port === undefined ? '' : `port ${port}`,
      ttl === undefined ? '' : `ttl ${ttl}`,
      group === undefined ? '' : `group ${formatIp(group)}`,
    ]),
  ],
}
