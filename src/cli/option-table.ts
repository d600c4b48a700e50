/**
 * Every option of the daemon's command line: those of keepalived 2.2.7
 * (`man 8 keepalived`, `keepalived --help`), whatever it was compiled with, and
 * a few of our own. Parser, help and notices share this one table. Pure.
 */

import type { OptionSpec } from './getopt.ts'
import { ignoredOptions, type IgnoredOption } from './ignored-options.ts'

/** Answered at once; see answers.ts. */
export type AnsweredOption = 'signum' | 'version' | 'help' | 'genhash'

/** Alters how the daemon runs; see options.ts. */
export type SettingOption =
  | 'use-file'
  | 'config-id'
  | 'all-config'
  | 'config-test'
  | 'dump-conf'
  | 'vrrp'
  | 'check'
  | 'namespace'
  | 'dont-fork'
  | 'pid'
  | 'vrrp_pid'
  | 'umask'
  | 'dont-release-vrrp'
  | 'address-monitoring'
  | 'pause-guard'
  | 'restore-addresses'
  | 'log-console'
  | 'log-detail'
  | 'log-facility'
  | 'log-file'
  | 'no-syslog'
  | 'log-format'
  | 'log-ident'
  | 'control'
  | 'control-group'

export interface EffectiveOption extends OptionSpec {
  /** How the value is called in the help. */
  readonly value?: string
  readonly long: SettingOption | AnsweredOption
  readonly help: string
}

export type OptionEntry = EffectiveOption | IgnoredOption

export const effectiveOptions: readonly EffectiveOption[] = [
  // What to run
  {
    long: 'use-file',
    short: 'f',
    argument: 'required',
    value: 'FILE',
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
    help: 'Check the configuration and exit; findings to stderr or LOGFILE',
  },
  { long: 'dump-conf', short: 'd', argument: 'none', help: 'Log the configuration as it was understood' },
  { long: 'vrrp', short: 'P', argument: 'none', help: 'Run VRRP only, which is what vrrpd always does' },
  {
    long: 'namespace',
    short: 's',
    argument: 'required',
    value: 'NAME',
    help: 'Run in network namespace NAME',
  },
  // How to run
  { long: 'dont-fork', short: 'n', argument: 'none', help: 'Stay in the foreground' },
  {
    long: 'pid',
    short: 'p',
    argument: 'required',
    value: 'FILE',
    help: 'Process id file (default /run/keepalived.pid)',
  },
  {
    long: 'vrrp_pid',
    short: 'r',
    argument: 'required',
    value: 'FILE',
    help: 'Second process id file (default /run/keepalived_vrrp.pid)',
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
  // Where to log
  { long: 'log-console', short: 'l', argument: 'none', help: 'Log to stderr as well' },
  { long: 'log-detail', short: 'D', argument: 'none', help: 'Log details' },
  {
    long: 'log-facility',
    short: 'S',
    argument: 'required',
    value: 'FACILITY',
    help: 'Syslog facility: 0-7, local0-local7, user or daemon (default)',
  },
  {
    long: 'log-file',
    short: 'g',
    argument: 'required',
    value: 'FILE',
    help: 'Log to FILE as well, and to FILE with _vrrp before its last dot',
  },
  { long: 'no-syslog', short: 'G', argument: 'none', help: 'Do not log to syslog' },
  {
    long: 'log-format',
    argument: 'required',
    value: 'FORMAT',
    help: 'text (default) or json, for the console and log files',
    own: true,
  },
  {
    long: 'log-ident',
    argument: 'required',
    value: 'NAME',
    help: 'Name in syslog (default Keepalived_vrrp, so that log filters go on working)',
    own: true,
  },
  // Talking to it
  {
    long: 'control',
    argument: 'required',
    value: 'PATH',
    help: 'Control socket (default /run/vrrpd.sock)',
    own: true,
  },
  {
    long: 'control-group',
    argument: 'required',
    value: 'GROUP',
    help: 'Group that may use the control socket besides root',
    own: true,
  },
  {
    long: 'signum',
    argument: 'required',
    value: 'SIGFUNC',
    help: 'Print the signal number for STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON',
  },
  { long: 'version', short: 'v', argument: 'none', help: 'Print the version' },
  { long: 'help', short: 'h', argument: 'none', help: 'Print this help' },
  // Not here
  { long: 'check', short: 'C', argument: 'none', help: 'Health checkers only: refused, vrrpd has none' },
  { long: 'genhash', short: 'T', argument: 'none', help: 'Refused: use keepalived --genhash' },
]

export const optionTable: readonly OptionEntry[] = [...effectiveOptions, ...ignoredOptions]
