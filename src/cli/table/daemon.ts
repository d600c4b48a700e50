/**
 * Every option of the daemon's command line: those of keepalived 2.2.7
 * (`man 8 keepalived`, `keepalived --help`), whatever it was compiled with, and
 * a few of our own. Parser, help, completions, vrrpd(8) and notices come from
 * this one table: a new option is an entry here, and what options.ts does with it. Pure.
 */

import { ignoredOptions, type IgnoredOption } from './ignored.ts'
import type { Option } from './option.ts'

/** Names, values and texts as they are typed and told. */
export const daemonTable = [
  // What to run
  {
    long: 'use-file',
    short: 'f',
    argument: 'required',
    value: 'FILE',
    values: 'files',
    default: '/etc/keepalived/keepalived.conf',
    help: 'Read the configuration from FILE',
  },
  {
    long: 'config-id',
    short: 'i',
    argument: 'required',
    value: 'ID',
    help: 'Choose the lines beginning with @ID (default: the host name)',
  },
  {
    long: 'all-config',
    short: 'e',
    argument: 'none',
    help: 'Every included file must exist and be readable',
  },
  {
    long: 'config-test',
    short: 't',
    argument: 'optional',
    value: 'LOGFILE',
    values: 'files',
    help: 'Check the configuration and exit; findings to stderr or LOGFILE',
  },
  { long: 'dump-conf', short: 'd', argument: 'none', help: 'Log the configuration as it was understood' },
  {
    long: 'vrrp',
    short: 'P',
    argument: 'none',
    help: 'Run VRRP only: nothing is done for virtual_server blocks',
  },
  {
    long: 'check',
    short: 'C',
    argument: 'none',
    help: 'Run the virtual_server blocks only: IPVS and health checkers, no VRRP',
  },
  {
    long: 'all',
    argument: 'none',
    help: 'Start the process for virtual_server blocks even where there are none',
  },
  {
    long: 'namespace',
    short: 's',
    argument: 'required',
    value: 'NAME',
    values: 'namespaces',
    help: 'Run in network namespace NAME',
  },
  // How to run
  { long: 'dont-fork', short: 'n', argument: 'none', help: 'Stay in the foreground' },
  {
    long: 'pid',
    short: 'p',
    argument: 'required',
    value: 'FILE',
    values: 'files',
    default: '/run/keepalived.pid',
    help: 'Process id file (default {default})',
  },
  {
    long: 'vrrp_pid',
    short: 'r',
    argument: 'required',
    value: 'FILE',
    values: 'files',
    default: '/run/keepalived_vrrp.pid',
    help: 'Second process id file (default {default})',
  },
  {
    long: 'checkers_pid',
    short: 'c',
    argument: 'required',
    value: 'FILE',
    values: 'files',
    default: '/run/keepalived_checkers.pid',
    help: 'Process id file of the process for virtual_server blocks (default {default})',
  },
  {
    long: 'umask',
    short: 'u',
    argument: 'required',
    value: 'MASK',
    help: 'umask for files that are created (022, 0x12 or 18)',
  },
  {
    long: 'dont-release-vrrp',
    short: 'V',
    argument: 'none',
    help: 'Leave virtual addresses and routes in place when stopped',
  },
  {
    long: 'dont-release-ipvs',
    short: 'I',
    argument: 'none',
    help: 'Leave the IPVS table as it is when stopped',
  },
  {
    long: 'dont-respawn',
    short: 'R',
    argument: 'none',
    help: 'Do not start the process for virtual_server blocks again when it ends by itself',
  },
  {
    long: 'address-monitoring',
    short: 'a',
    argument: 'none',
    help: 'Log every address that is added or removed on this host',
  },
  {
    long: 'pause-guard',
    argument: 'none',
    help: 'With nopreempt: a MASTER that was stopped for longer than its Master_Down_Interval comes back as BACKUP',
    own: true,
  },
  {
    long: 'restore-addresses',
    argument: 'none',
    help: 'Put back what others remove from a master instead of stepping down for it',
    own: true,
  },
  {
    long: 'repair-ipvs',
    argument: 'none',
    help: 'Undo within 10 s what others change of our IPVS services',
    own: true,
  },
  // Where to log
  { long: 'log-console', short: 'l', argument: 'none', help: 'Log to stderr as well' },
  { long: 'log-detail', short: 'D', argument: 'none', help: 'Log details' },
  {
    long: 'log-facility',
    short: 'S',
    argument: 'required',
    value: 'FACILITY',
    words: ['daemon', 'user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
    help: 'Syslog facility: 0-7, local0-local7, user or daemon (default)',
  },
  {
    long: 'log-file',
    short: 'g',
    argument: 'required',
    value: 'FILE',
    values: 'files',
    help: 'Log to FILE as well, and to FILE with _vrrp (_healthcheckers) before its last dot',
  },
  { long: 'no-syslog', short: 'G', argument: 'none', help: 'Do not log to syslog' },
  {
    long: 'log-format',
    argument: 'required',
    value: 'FORMAT',
    words: ['text', 'json'],
    help: 'text (default) or json, for the console and log files',
    own: true,
  },
  {
    long: 'log-ident',
    argument: 'required',
    value: 'NAME',
    default: 'Keepalived_vrrp',
    help: 'Name in syslog (default {default}, so that log filters go on working)',
    own: true,
  },
  // Talking to it
  {
    long: 'control',
    argument: 'required',
    value: 'PATH',
    values: 'files',
    default: '/run/vrrpd.sock',
    help: 'Control socket (default {default})',
    asking: 'The control socket of the daemon',
    own: true,
  },
  {
    long: 'control-group',
    argument: 'required',
    value: 'GROUP',
    values: 'groups',
    help: 'Group that may use the control socket besides root',
    own: true,
  },
  {
    long: 'signum',
    argument: 'required',
    value: 'SIGFUNC',
    words: ['STOP', 'RELOAD', 'DATA', 'STATS', 'STATS_CLEAR', 'JSON'],
    answered: true,
    help: 'Print the signal number for STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON',
  },
  { long: 'version', short: 'v', argument: 'none', answered: true, help: 'Print the version' },
  { long: 'help', short: 'h', argument: 'none', answered: true, help: 'Print this help' },
  {
    long: 'genhash',
    short: 'T',
    argument: 'none',
    answered: true,
    help: 'As the first option: vrrpd genhash, with the options after it',
  },
] as const

type Entry = (typeof daemonTable)[number]

/** Answered at once; see answers.ts. */
export type AnsweredOption = Extract<Entry, { readonly answered: true }>['long']

/** Alters how the daemon runs; see options.ts. */
export type SettingOption = Exclude<Entry['long'], AnsweredOption>

/** What can be given to `--signum`. */
export type SignalFunction = Extract<Entry, { readonly long: 'signum' }>['words'][number]

export interface EffectiveOption extends Option {
  readonly long: Entry['long']
  /** What commands that ask the daemon say of the option, which they have, too. */
  readonly asking?: string
  readonly answered?: true
  /** keepalived's, and here nothing but an error. */
  readonly refused?: true
}

export type OptionEntry = EffectiveOption | IgnoredOption

const table: readonly EffectiveOption[] = daemonTable

export const effectiveOptions: readonly EffectiveOption[] = table.map((entry) => ({
  ...entry,
  help: entry.help.replace('{default}', String(entry.default)),
}))

export const optionTable: readonly OptionEntry[] = [...effectiveOptions, ...ignoredOptions]

export function daemonOption(long: Entry['long']): EffectiveOption {
  const option = effectiveOptions.find((each) => each.long === long)
  if (option === undefined) throw new Error(`no option --${long}`)
  return option
}
