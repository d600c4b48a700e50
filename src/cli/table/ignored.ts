/** Options of keepalived that are accepted, so that command lines can stay as they are, and do nothing. Pure. */

import type { OptionSpec } from '../getopt.ts'

export interface IgnoredOption extends OptionSpec {
  /** Why: follows "has no effect in vrrpd because". */
  readonly noEffect: string
}

const noSnmp = 'it has no SNMP agent'
const noCore = 'core dumps are a matter of the service manager (LimitCORE=)'

export const ignoredOptions: readonly IgnoredOption[] = [
  {
    long: 'release-vips',
    short: 'X',
    argument: 'none',
    noEffect: 'addresses are always released on stop unless -V is given',
  },
  {
    long: 'flush-log-file',
    argument: 'none',
    noEffect: 'every line is written to the log file without delay',
  },
  { long: 'no_bfd', short: 'B', argument: 'none', noEffect: 'it has no BFD process' },
  {
    long: 'bfd_pid',
    short: 'b',
    argument: 'required',
    noEffect: 'it has no BFD process',
  },
  { long: 'snmp', short: 'x', argument: 'none', noEffect: noSnmp },
  { long: 'snmp-agent-socket', short: 'A', argument: 'required', noEffect: noSnmp },
  { long: 'core-dump', short: 'm', argument: 'none', noEffect: noCore },
  {
    long: 'core-dump-pattern',
    short: 'M',
    argument: 'optional',
    noEffect: noCore,
  },
  {
    long: 'mem-check-log',
    short: 'L',
    argument: 'none',
    noEffect: 'memory checks are compiled into keepalived only',
  },
  {
    long: 'no-mem-check',
    argument: 'none',
    noEffect: 'memory checks are compiled into keepalived only',
  },
  {
    long: 'perf',
    argument: 'optional',
    noEffect: 'perf recording is compiled into keepalived only',
  },
  {
    long: 'debug',
    argument: 'optional',
    noEffect: 'debugging output is compiled into keepalived only',
  },
  { long: 'ignore-sigint', argument: 'none', noEffect: 'it is an option for debugging keepalived' },
]
