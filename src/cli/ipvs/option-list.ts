/**
 * ipvsadm's commands and options (ipvsadm(8); measured, 1.31), and which option goes with which command. Pure.
 */

/** In ipvsadm's texts a command is called by its long option, but for three. */
export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'flush'
  | 'restore'
  | 'save'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'zero'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version'

/**
 * What an option says, in the order in which ipvsadm complains. Several options say the same: -t, -u, --sctp-service
 * and -f are the service-address; -g, -i and -m the forwarding-method.
 */
export const meanings = [
  'numeric',
  'connection',
  'service-address',
  'scheduler',
  'persistent',
  'netmask',
  'real-server',
  'forwarding-method',
  'weight',
  'u-threshold',
  'l-threshold',
  'mcast-interface',
  'timeout',
  'daemon',
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'nosort',
  'syncid',
  'exact',
  'ops',
  'pe',
  'sched-flags',
  'mcast-group',
  'mcast-port',
  'mcast-ttl',
  'sync-maxlen',
  'tun-info',
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
] as const

export type Meaning = (typeof meanings)[number]

export interface OptionSpec {
  readonly long: string
  readonly short?: string
  /** Optional: the next word is its value where that does not begin with `-`. */
  readonly argument: 'none' | 'optional' | 'required'
  /** What completions say of it. */
  readonly help: string
  /** Absent: it is an option. */
  readonly command?: CommandName
  /** Absent: it may be repeated, and goes with everything. */
  readonly meaning?: Meaning
}

const command = (long: string, short: string, name: CommandName, help: string): OptionSpec => ({
  long,
  ...(short !== '' && { short }),
  argument: name === 'start-daemon' || name === 'stop-daemon' ? 'required' : 'none',
  help,
  command: name,
})

/** @param short nothing is no letter */
const option = (
  long: string,
  short: string,
  argument: OptionSpec['argument'],
  help: string,
  meaning: Meaning = long as Meaning,
): OptionSpec => ({ long, ...(short !== '' && { short }), argument, help, meaning })

export const optionList: readonly OptionSpec[] = [
  command('add-service', 'A', 'add-service', 'Add a virtual service'),
  command('edit-service', 'E', 'edit-service', 'Edit a virtual service'),
  command('delete-service', 'D', 'delete-service', 'Delete a virtual service'),
  command('clear', 'C', 'flush', 'Clear the whole table'),
  command('restore', 'R', 'restore', 'Restore rules from standard input'),
  command('save', 'S', 'save', 'Print rules for --restore'),
  command('add-server', 'a', 'add-server', 'Add a real server'),
  command('edit-server', 'e', 'edit-server', 'Edit a real server'),
  command('delete-server', 'd', 'delete-server', 'Delete a real server'),
  command('list', 'L', 'list', 'List the table'),
  { ...command('list', 'l', 'list', 'List the table') },
  command('zero', 'Z', 'zero', 'Zero counters of a service, or of all'),
  command('set', '', 'set', 'Set the timeouts of tcp, tcpfin and udp'),
  command('start-daemon', '', 'start-daemon', 'Start a sync daemon: master or backup'),
  command('stop-daemon', '', 'stop-daemon', 'Stop a sync daemon: master or backup'),
  command('help', 'h', 'help', 'Show the help'),
  command('version', 'v', 'version', 'Show the version of ipvsadm it is like'),
  option('tcp-service', 't', 'required', 'Service address is host[:port], by TCP', 'service-address'),
  option('udp-service', 'u', 'required', 'Service address is host[:port], by UDP', 'service-address'),
  option('sctp-service', '', 'required', 'Service address is host[:port], by SCTP', 'service-address'),
  option('fwmark-service', 'f', 'required', 'Service is a firewall mark', 'service-address'),
  { long: 'ipv6', short: '6', argument: 'none', help: 'Firewall mark is of IPv6' },
  option('scheduler', 's', 'required', 'Scheduler: rr, wrr, lc, wlc, sh, mh, …'),
  option('pe', '', 'required', 'Persistence engine: sip'),
  option('persistent', 'p', 'optional', 'Persistent service, for so many seconds (360)'),
  option('netmask', 'M', 'required', 'Which clients are one to persistence'),
  option('real-server', 'r', 'required', 'Real server is host[:port]'),
  option('gatewaying', 'g', 'none', 'Direct routing (default)', 'forwarding-method'),
  option('ipip', 'i', 'none', 'Tunneling', 'forwarding-method'),
  option('masquerading', 'm', 'none', 'Masquerading (NAT)', 'forwarding-method'),
  option('tun-type', '', 'required', 'Tunnel: ipip, gue or gre'),
  option('tun-port', '', 'required', 'Port of a gue tunnel'),
  option('tun-nocsum', '', 'none', 'Tunnel without checksum'),
  option('tun-csum', '', 'none', 'Tunnel with checksum'),
  option('tun-remcsum', '', 'none', 'Tunnel with remote checksum'),
  option('weight', 'w', 'required', 'Capacity of the real server'),
  option('u-threshold', 'x', 'required', 'Upper threshold of connections'),
  option('l-threshold', 'y', 'required', 'Lower threshold of connections'),
  option('connection', 'c', 'none', 'List current connections'),
  option('timeout', '', 'none', 'List the timeouts'),
  option('daemon', '', 'none', 'List the sync daemons'),
  option('stats', '', 'none', 'List statistics'),
  option('rate', '', 'none', 'List rates'),
  option('exact', '', 'none', 'List exact numbers'),
  option('thresholds', '', 'none', 'List thresholds'),
  option('persistent-conn', '', 'none', 'List persistent connections'),
  option('tun-info', '', 'none', 'List tunnels'),
  option('nosort', '', 'none', 'List in the order of the kernel'),
  { long: 'sort', argument: 'none', help: 'List sorted (default)' },
  option('ops', 'o', 'none', 'One-packet scheduling'),
  option('numeric', 'n', 'none', 'Numbers instead of names'),
  option('sched-flags', 'b', 'required', 'Flags of the scheduler, separated by commas'),
  option('syncid', '', 'required', 'Syncid of the sync daemon'),
  option('sync-maxlen', '', 'required', 'Longest sync message'),
  option('mcast-interface', '', 'required', 'Interface of the sync daemon'),
  option('mcast-group', '', 'required', 'Multicast group of the sync daemon'),
  option('mcast-port', '', 'required', 'UDP port of the sync daemon'),
  option('mcast-ttl', '', 'required', 'TTL of the sync daemon'),
]

/** Which options a command takes; of `required` it needs every one, of `exclusive` it takes one. */
export interface Rules {
  readonly required: readonly Meaning[]
  readonly allowed: readonly Meaning[]
  readonly exclusive: readonly Meaning[]
}

const rules = (
  required: readonly Meaning[],
  allowed: readonly Meaning[] = [],
  exclusive: readonly Meaning[] = [],
): Rules => ({ required, allowed, exclusive })

const ofServices = rules(
  ['service-address'],
  ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
)
const ofServers = rules(
  ['service-address', 'real-server'],
  [
    ...(['forwarding-method', 'weight', 'u-threshold', 'l-threshold'] as const),
    ...(['tun-type', 'tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const),
  ],
)
const listed = ['connection', 'service-address', 'timeout', 'daemon'] as const

export const commandRules: Readonly<Record<CommandName, Rules>> = {
  'add-service': ofServices,
  'edit-service': ofServices,
  'delete-service': rules(['service-address']),
  flush: rules([]),
  restore: rules([]),
  save: rules([], ['numeric']),
  'add-server': ofServers,
  'edit-server': ofServers,
  'delete-server': rules(['service-address', 'real-server']),
  list: rules(
    [],
    [
      ...listed,
      ...(['numeric', 'stats', 'rate', 'thresholds', 'persistent-conn', 'nosort', 'exact'] as const),
      // It changes nothing.
      'syncid',
      'tun-info',
    ],
    listed,
  ),
  zero: rules([], ['service-address']),
  set: rules([]),
  'start-daemon': rules(
    [],
    ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  ),
  'stop-daemon': rules([], ['syncid']),
  help: rules([]),
  version: rules([]),
}

const checksums = ['tun-nocsum', 'tun-csum', 'tun-remcsum'] as const

/** Of `--tun-type`; only these five options are looked at. */
export const tunnelRules: Readonly<Record<'ipip' | 'gue' | 'gre', Rules>> = {
  ipip: rules([]),
  gue: rules(['tun-port'], checksums, checksums),
  gre: rules([], ['tun-nocsum', 'tun-csum'], checksums),
}
