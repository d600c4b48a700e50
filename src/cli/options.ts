/**
 * The daemon's command line → what to do. Follows keepalived where it can be
 * watched: every wrong option is named before the exit with 1, `-v`, `-h` and
 * `--signum` answer as soon as they are reached, and a bad facility or umask
 * is complained about and left at its default. Pure.
 */

import { defaultOptions, FACILITY, type DaemonOptions, type LogOptions } from './daemon-options.ts'
import { getopt, type Token } from './getopt.ts'
import { answerTo, type Answer } from './answers.ts'
import { isCommandName } from './table/commands.ts'
import { optionTable, type OptionEntry, type SettingOption } from './table/daemon.ts'

export type CommandLine = { readonly ok: true; readonly options: DaemonOptions } | Answer

/** What the options read so far amount to. */
interface Draft {
  readonly options: DaemonOptions
  readonly errors: readonly string[]
  /** `-P` and `-C` */
  readonly vrrp: boolean
  readonly checkers: boolean
}

/** @param argv without the program's name */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  let draft: Draft = { options: defaultOptions, errors: [], vrrp: false, checkers: false }
  const tokens = getopt<OptionEntry>(argv, optionTable)
  for (const token of tokens) {
    if (token.kind === 'error') draft = refused(draft, token.text)
    if (token.kind !== 'option') continue
    const answer = answerTo(token.spec.long, token.value ?? '', draft.errors)
    if (answer) return answer
    draft = applied(draft, token.spec, token.value ?? '')
  }
  draft = judged(draft, tokens.flatMap(operandText))
  return draft.errors.length > 0 ? refusal(draft.errors) : { ok: true, options: draft.options }
}

const operandText = (token: Token<OptionEntry>): readonly string[] =>
  token.kind === 'operand' ? [token.text] : []

const set = (draft: Draft, options: Partial<DaemonOptions>): Draft => ({
  ...draft,
  options: { ...draft.options, ...options },
})

const setLog = (draft: Draft, log: Partial<LogOptions>): Draft =>
  set(draft, { log: { ...draft.options.log, ...log } })

const setControl = (draft: Draft, control: Partial<DaemonOptions['control']>): Draft =>
  set(draft, { control: { ...draft.options.control, ...control } })

const refused = (draft: Draft, text: string): Draft => ({ ...draft, errors: [...draft.errors, text] })

/** Each notice once, however often its cause is on the line. */
const noticed = (draft: Draft, text: string): Draft =>
  draft.options.notices.includes(text) ? draft : set(draft, { notices: [...draft.options.notices, text] })

const settings: Readonly<Record<SettingOption, (draft: Draft, value: string) => Draft>> = {
  'use-file': (draft, configFile) => set(draft, { configFile }),
  'config-id': (draft, configId) => set(draft, { configId }),
  'all-config': (draft) => set(draft, { requireAllFiles: true }),
  'config-test': (draft, file) => set(draft, { configTest: { logFile: file === '' ? undefined : file } }),
  'dump-conf': (draft) => set(draft, { dumpConfig: true }),
  vrrp: (draft) => ({ ...draft, vrrp: true }),
  check: (draft) => ({ ...draft, checkers: true }),
  namespace: (draft, namespace) => set(draft, { namespace }),
  'dont-fork': (draft) => set(draft, { foreground: true }),
  pid: (draft, pidFile) => set(draft, { pidFile }),
  vrrp_pid: (draft, vrrpPidFile) => set(draft, { vrrpPidFile }),
  checkers_pid: (draft, checkersPidFile) => set(draft, { checkersPidFile }),
  umask: setUmask,
  'dont-release-vrrp': (draft) => set(draft, { releaseOnStop: false }),
  'dont-release-ipvs': (draft) => set(draft, { releaseIpvsOnStop: false }),
  'dont-respawn': (draft) => set(draft, { respawn: false }),
  all: (draft) => set(draft, { allParts: true }),
  'address-monitoring': (draft) => set(draft, { monitorAddresses: true }),
  'pause-guard': (draft) => set(draft, { pauseGuard: true }),
  'restore-addresses': (draft) => set(draft, { restoreAddresses: true }),
  'repair-ipvs': (draft) => set(draft, { repairIpvs: true }),
  'log-console': (draft) => setLog(draft, { console: true }),
  'log-detail': (draft) => setLog(draft, { detail: true }),
  'log-facility': setFacility,
  'log-file': (draft, file) => setLog(draft, { file }),
  'no-syslog': (draft) => setLog(draft, { syslog: false }),
  'log-format': setFormat,
  'log-ident': (draft, ident) => setLog(draft, { ident }),
  control: (draft, path) => setControl(draft, { path }),
  'control-group': (draft, group) => setControl(draft, { group }),
}

function applied(draft: Draft, spec: OptionEntry, value: string): Draft {
  if ('noEffect' in spec) {
    const text = `option --${spec.long}: accepted, has no effect in vrrpd because ${spec.noEffect}`
    return noticed(draft, text)
  }
  // keepalived's own are taken as keepalived takes them.
  if (spec.own === true && spec.argument === 'required' && value === '')
    return refused(draft, `Missing parameter for option --${spec.long}`)
  return isSetting(spec.long) ? settings[spec.long](draft, value) : draft
}

const isSetting = (name: string): name is SettingOption => Object.hasOwn(settings, name)

function setFacility(draft: Draft, value: string): Draft {
  const local = /^(?:local)?([0-7])$/.exec(value)?.[1]
  if (local !== undefined) return setLog(draft, { facility: FACILITY.local0 + Number(local) })
  if (value === 'daemon' || value === 'user') return setLog(draft, { facility: FACILITY[value] })
  return noticed(draft, `Invalid log facility '${value}': ignored`)
}

function setFormat(draft: Draft, value: string): Draft {
  if (value === 'text' || value === 'json') return setLog(draft, { format: value })
  return refused(draft, `Unknown log format '${value}': text or json`)
}

function setUmask(draft: Draft, value: string): Draft {
  const umask = parseCNumber(value)
  if (umask <= 0o777) return set(draft, { umask })
  return noticed(draft, `Invalid --umask option ${value}: ignored`)
}

/** A number as strtoul(3) reads it with base 0: 0x12, 022 or 18; NaN when it is none. */
function parseCNumber(text: string): number {
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8)
  return /^(0x[0-9a-f]+|[1-9]\d*)$/i.test(text) ? Number(text) : Number.NaN
}

/** What only the whole line can tell. */
function judged(draft: Draft, operands: readonly string[]): Draft {
  const command = operands.find(isCommandName)
  if (command !== undefined) {
    return refused(draft, `A command stands before its options: vrrpd ${command} ...`)
  }
  const heard = operands.length > 0 ? noticed(draft, `Unexpected argument(s): ${operands.join(' ')}`) : draft
  if (draft.vrrp === draft.checkers) return heard
  return set(heard, { parts: draft.vrrp ? 'vrrp' : 'checkers' })
}

function refusal(errors: readonly string[]): Answer {
  const stderr = [...errors, "Try 'vrrpd --help'"].map((line) => `${line}\n`).join('')
  return { ok: false, stdout: '', stderr, exitCode: 1 }
}
