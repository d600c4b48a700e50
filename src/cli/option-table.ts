/**
 * Every option of the daemon's command line: those of keepalived 2.2.7
 * (`man 8 keepalived`, `keepalived --help`), whatever it was compiled with, and
 * a few of our own. Parser, help and notices share this one table. Pure.
 */

import type { OptionSpec } from './getopt.ts'

interface TableEntry extends OptionSpec {
  /** How the value is called in the help. */
  readonly value?: string
  readonly help: string
  /** Why the option is accepted and then does nothing. */
  readonly noEffect?: string
}

const noIpvs = 'it serves VRRP only, and the checkers stay with keepalived -C'
const noSnmp = 'it has no SNMP agent'
const noCore = 'core dumps are a matter of the service manager (LimitCORE=)'

export const optionTable = [
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
  // Accepted, without effect
  {
    long: 'release-vips',
    short: 'X',
    argument: 'none',
    help: '',
    noEffect: 'addresses are always released on stop unless -V is given',
  },
  {
    long: 'dont-respawn',
    short: 'R',
    argument: 'none',
    help: '',
    noEffect: 'it has no child processes to respawn',
  },
  {
    long: 'flush-log-file',
    argument: 'none',
    help: '',
    noEffect: 'every line is written to the log file without delay',
  },
  { long: 'no_bfd', short: 'B', argument: 'none', help: '', noEffect: 'it has no BFD process' },
  {
    long: 'bfd_pid',
    short: 'b',
    argument: 'required',
    value: 'FILE',
    help: '',
    noEffect: 'it has no BFD process',
  },
  { long: 'checkers_pid', short: 'c', argument: 'required', value: 'FILE', help: '', noEffect: noIpvs },
  { long: 'dont-release-ipvs', short: 'I', argument: 'none', help: '', noEffect: noIpvs },
  { long: 'all', argument: 'none', help: '', noEffect: noIpvs },
  { long: 'snmp', short: 'x', argument: 'none', help: '', noEffect: noSnmp },
  { long: 'snmp-agent-socket', short: 'A', argument: 'required', value: 'FILE', help: '', noEffect: noSnmp },
  { long: 'core-dump', short: 'm', argument: 'none', help: '', noEffect: noCore },
  {
    long: 'core-dump-pattern',
    short: 'M',
    argument: 'optional',
    value: 'PATTERN',
    help: '',
    noEffect: noCore,
  },
  {
    long: 'mem-check-log',
    short: 'L',
    argument: 'none',
    help: '',
    noEffect: 'memory checks are compiled into keepalived only',
  },
  {
    long: 'no-mem-check',
    argument: 'none',
    help: '',
    noEffect: 'memory checks are compiled into keepalived only',
  },
  {
    long: 'perf',
    argument: 'optional',
    value: 'all|run|end',
    help: '',
    noEffect: 'perf recording is compiled into keepalived only',
  },
  {
    long: 'debug',
    argument: 'optional',
    value: 'OPTIONS',
    help: '',
    noEffect: 'debugging output is compiled into keepalived only',
  },
  { long: 'ignore-sigint', argument: 'none', help: '', noEffect: 'it is an option for debugging keepalived' },
] as const satisfies readonly TableEntry[]

export type OptionEntry = (typeof optionTable)[number]
export type OptionName = OptionEntry['long']
