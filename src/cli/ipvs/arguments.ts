/**
 * A command line of ipvsadm as a value: its grammar, its checks, in its order, with its texts and exit codes. Pure.
 * Measured, ipvsadm 1.31.
 */

import { parseIpv6, isIpv4, isMulticastIpv4, parseIpv4, type IpAddress } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type {
  Destination,
  ForwardingMethod,
  IpFamily,
  IpvsProtocol,
  SchedulerFlags,
  Service,
  ServiceKey,
  SyncDaemon,
  SyncDaemonWish,
  Tunnel,
} from '../../netlink/ipvs/types.ts'
import { IPVSADM_EXIT, type ArgumentError, type ChangeCommand, type Command, type View } from './command.ts'
import { parseEndpoint, parseHost, parseNumber, type Endpoint, type Names } from './endpoint.ts'
import {
  commandRules,
  meanings,
  tunnelRules,
  type CommandName,
  type Meaning,
  type Rules,
} from './option-list.ts'
import { flagNumber, isFlagOf } from './scheduler-flags.ts'
import { familyOf } from './order.ts'
import { readWords, type GivenOption } from './popt.ts'

/** What ipvsadm prints where nothing that it knows is asked of it. */
const TRY = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n"

const DEFAULT_SCHEDULER = 'wlc'
const DEFAULT_PERSISTENCE_SECONDS = 360
const DEFAULT_INTERFACE = 'eth0'
const LONGEST_TIMEOUT_SECONDS = 31 * 24 * 60 * 60
const LONGEST_SYNC_MESSAGE = 65535 - 20 - 8
const MOST = 0x7fffffff
/** What the kernel has room for. */
const LONGEST_NAME = 15
/** ipvsadm's; the kernel refuses the last of them. */
const LONGEST_ENGINE = 16
const WHOLE_IPV4 = 0xffffffff
const WHOLE_IPV6 = 128

/** What the options have said so far. */
interface Said {
  readonly meanings: Set<Meaning>
  readonly remarks: string[]
  protocol: IpvsProtocol | undefined
  key: ServiceKey | undefined
  /** Changed by the service's family. */
  netmask: number
  scheduler: string
  flags: readonly string[]
  persistenceSeconds: number | undefined
  engine: string | undefined
  server: Endpoint | undefined
  forwarding: ForwardingMethod
  weight: number
  upperThreshold: number
  lowerThreshold: number
  tunnelType: Tunnel['type']
  tunnelPort: number
  checksum: Tunnel['checksum']
  role: SyncDaemon['role'] | undefined
  daemon: Partial<Omit<SyncDaemonWish, 'role'>>
}

const nothingSaid = (): Said => ({
  meanings: new Set(),
  remarks: [],
  protocol: undefined,
  key: undefined,
  netmask: WHOLE_IPV4,
  scheduler: '',
  flags: [],
  persistenceSeconds: undefined,
  engine: undefined,
  server: undefined,
  forwarding: 'route',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnelType: 'ipip',
  tunnelPort: 0,
  checksum: 'none',
  role: undefined,
  daemon: {},
})

const usage = (text: string): ArgumentError => ({
  kind: 'usage',
  text: `${text}\n`,
  exitCode: IPVSADM_EXIT.usage,
})
const noCommand: ArgumentError = { kind: 'no-command', text: TRY, exitCode: IPVSADM_EXIT.refused }

type Parsed = Result<Command, ArgumentError>

/**
 * @param argv without the program's name; none is a list
 * @param restoring whether it is a line of a file: no other file is read from there
 */
export function parseArguments(argv: readonly string[], names: Names, restoring = false): Parsed {
  if (argv.length === 0) return accepted(listCommand(nothingSaid()))
  const { options, operands, error } = readWords(argv)
  const [first, ...rest] = options
  const name = first?.spec.command
  if (first === undefined || name === undefined || (restoring && name === 'restore'))
    return rejected(noCommand)
  if (name === 'help' || name === 'version') return accepted({ type: name })
  const said = nothingSaid()
  const refused = heedAll(said, first, rest, names)
  if (refused) return rejected(refused)
  if (error !== undefined)
    return rejected({ kind: 'bad-option', text: `${error}\n`, exitCode: IPVSADM_EXIT.refused })
  return build(name, said, operands)
}

function heedAll(
  said: Said,
  first: GivenOption,
  rest: readonly GivenOption[],
  names: Names,
): ArgumentError | undefined {
  if (first.spec.argument === 'required') {
    if (first.value !== 'master' && first.value !== 'backup')
      // The underscore is ipvsadm's.
      return usage(
        first.spec.command === 'start-daemon'
          ? 'illegal start-daemon parameter specified'
          : 'illegal start_daemon specified',
      )
    said.role = first.value
  }
  for (const option of rest) {
    if (option.spec.command !== undefined) return usage(`invalid option \`${option.word}'`)
    const { meaning } = option.spec
    if (meaning !== undefined) {
      if (said.meanings.has(meaning)) return usage(`multiple '${meaning}' options specified`)
      said.meanings.add(meaning)
    }
    const wrong = heed(said, option, names)
    if (wrong !== undefined) return usage(wrong)
  }
  return undefined
}

/** @returns what is wrong with it */
function heed(said: Said, { spec, value: given }: GivenOption, names: Names): string | undefined {
  const value = given ?? ''
  const number = (least: number, most: number, use: (value: number) => void, wrong: string) => {
    const parsed = parseNumber(value, least, most)
    if (parsed === undefined) return wrong
    use(parsed)
    return undefined
  }
  switch (spec.long) {
    case 'tcp-service':
      return heedService(said, value, 'tcp', names)
    case 'udp-service':
      return heedService(said, value, 'udp', names)
    case 'sctp-service':
      return heedService(said, value, 'sctp', names)
    case 'fwmark-service':
      return number(
        1,
        WHOLE_IPV4,
        (mark) => {
          said.key = { kind: 'mark', family: 'ipv4', mark }
          // What names of ports in a server's address mean.
          said.protocol = 'tcp'
        },
        `invalid fwmark value \`${value}' specified`,
      )
    case 'ipv6':
      // Its text ends two lines.
      if (said.key?.kind !== 'mark') return '-6 used before -f\n'
      said.key = { ...said.key, family: 'ipv6' }
      said.netmask = WHOLE_IPV6
      return undefined
    case 'scheduler':
      said.scheduler = value.slice(0, LONGEST_NAME)
      return undefined
    case 'pe':
      said.engine = value.slice(0, LONGEST_ENGINE)
      return undefined
    case 'persistent':
      return heedPersistence(said, given)
    case 'netmask':
      return heedNetmask(said, value, names)
    case 'real-server': {
      const server = parseEndpoint(value, said.protocol, names)
      if (server === undefined) return 'illegal real server address[:port] specified'
      said.server = server
      return undefined
    }
    case 'gatewaying':
      said.forwarding = 'route'
      return undefined
    case 'ipip':
      said.forwarding = 'tunnel'
      return undefined
    case 'masquerading':
      said.forwarding = 'masquerade'
      return undefined
    case 'tun-type':
      if (value !== 'ipip' && value !== 'gue' && value !== 'gre') return 'illegal tunnel type specified'
      said.tunnelType = value
      return undefined
    case 'tun-port':
      return number(1, 65535, (port) => (said.tunnelPort = port), 'illegal tunnel port specified')
    case 'tun-nocsum':
      said.checksum = 'none'
      return undefined
    case 'tun-csum':
      said.checksum = 'checksum'
      return undefined
    case 'tun-remcsum':
      said.checksum = 'remote'
      return undefined
    case 'weight':
      return number(0, MOST, (weight) => (said.weight = weight), 'illegal weight specified')
    case 'u-threshold':
      return number(0, MOST, (bound) => (said.upperThreshold = bound), 'illegal u_threshold specified')
    case 'l-threshold':
      return number(0, MOST, (bound) => (said.lowerThreshold = bound), 'illegal l_threshold specified')
    case 'sched-flags':
      said.flags = value.split(',').filter((flag) => flag !== '')
      return undefined
    default:
      return heedDaemon(said, spec.long, value, number)
  }
}

/** The options that only a sync daemon has; all others say all there is by being there. */
function heedDaemon(
  said: Said,
  long: string,
  value: string,
  number: (least: number, most: number, use: (value: number) => void, wrong: string) => string | undefined,
): string | undefined {
  const add = (more: Said['daemon']): void => {
    said.daemon = { ...said.daemon, ...more }
  }
  switch (long) {
    case 'syncid':
      return number(0, 255, (syncId) => add({ syncId }), 'illegal syncid specified')
    case 'sync-maxlen':
      return number(
        1,
        LONGEST_SYNC_MESSAGE,
        (maxLength) => add({ maxLength }),
        'illegal sync-maxlen specified',
      )
    case 'mcast-interface':
      if (value !== '') add({ interface: value.slice(0, LONGEST_NAME) })
      return undefined
    case 'mcast-group': {
      const group = parseGroup(value)
      if (group === undefined)
        return `invalid ${value.includes(':') ? 'IPv6' : 'IPv4'} mcast-group \`${value}'`
      add({ group })
      return undefined
    }
    case 'mcast-port':
      return number(1, 65535, (port) => add({ port }), 'illegal mcast-port specified')
    case 'mcast-ttl':
      return number(1, 255, (ttl) => add({ ttl }), 'illegal mcast-ttl specified')
    default:
      return undefined
  }
}

function parseGroup(text: string): IpAddress | undefined {
  if (text.includes(':')) {
    const group = parseIpv6(text)
    return group !== undefined && /^ff[\da-f]{2}:/.test(group) ? group : undefined
  }
  const group = parseIpv4(text)
  return group !== undefined && isMulticastIpv4(group) ? group : undefined
}

function heedService(said: Said, text: string, protocol: IpvsProtocol, names: Names): string | undefined {
  said.protocol = protocol
  const endpoint = parseEndpoint(text, protocol, names)
  if (endpoint === undefined) return 'illegal virtual server address[:port] specified'
  const { address, port, remark } = endpoint
  said.key = { kind: 'address', protocol, address, port }
  if (!isIpv4(address)) said.netmask = WHOLE_IPV6
  if (remark !== undefined) said.remarks.push(remark)
  return undefined
}

function heedPersistence(said: Said, value: string | undefined): string | undefined {
  said.persistenceSeconds = DEFAULT_PERSISTENCE_SECONDS
  if (value === undefined) return undefined
  const seconds = parseNumber(value, 1, LONGEST_TIMEOUT_SECONDS)
  if (seconds === undefined) return invalidTimeout(value)
  said.persistenceSeconds = seconds
  return undefined
}

const invalidTimeout = (text: string): string => `invalid timeout value \`${text}' specified`

/** A prefix length where an IPv6 service stands before it in the line, else a dotted quad. */
function heedNetmask(said: Said, text: string, names: Names): string | undefined {
  if (said.key !== undefined && familyOf(said.key) === 'ipv6') {
    const length = Number(/^\s*\+?(\d+)/.exec(text)?.[1] ?? 0)
    if (length < 1 || length > WHOLE_IPV6) return 'illegal ipv6 netmask specified'
    said.netmask = length
    return undefined
  }
  const mask = parseHost(text, names)
  if (mask === undefined) return 'illegal virtual server persistent mask specified'
  said.netmask = mask
  if (/^\d+$/.test(text)) {
    const prefix = Number(text)
    const meant = prefix >= 1 && prefix <= 32 ? `; a prefix of ${prefix} is ${quad(-1 << (32 - prefix))}` : ''
    said.remarks.push(`the netmask ${text} is read as ${quad(mask)}${meant}`)
  }
  return undefined
}

const quad = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')

function build(name: CommandName, said: Said, operands: readonly string[]): Parsed {
  const timeouts = name === 'set' ? operands.slice(0, 3) : []
  if (name === 'set') {
    if (timeouts.length < 3) return rejected(usage('--set option requires 3 timeout values'))
    const bad = timeouts.find((text) => parseNumber(text, 0, LONGEST_TIMEOUT_SECONDS) === undefined)
    if (bad !== undefined) return rejected(usage(invalidTimeout(bad)))
  }
  const extra = operands[timeouts.length]
  if (extra !== undefined) return rejected(usage(`unexpected argument ${extra}`))
  const wrong = wrongFlag(said) ?? broken(commandRules[name], said.meanings, 'command', name)
  if (wrong !== undefined) return rejected(usage(wrong))
  switch (name) {
    case 'list':
      return list(said)
    case 'save':
      return accepted({ type: 'save', numeric: said.meanings.has('numeric') })
    case 'restore':
    case 'help':
    case 'version':
      return accepted({ type: name })
    case 'flush':
      return accepted(changing({ type: 'flush' }))
    case 'zero':
      return accepted(
        changing(said.key === undefined ? { type: 'zero' } : { type: 'zero-service', key: said.key }, said),
      )
    case 'set': {
      const [tcpSeconds = 0, tcpFinSeconds = 0, udpSeconds = 0] = timeouts.map(Number)
      return accepted(changing({ type: 'set-timeouts', timeouts: { tcpSeconds, tcpFinSeconds, udpSeconds } }))
    }
    case 'start-daemon':
      return accepted(startDaemon(said))
    case 'stop-daemon':
      return accepted(changing({ type: 'stop-sync-daemon', role: said.role ?? 'master' }))
    case 'add-service':
    case 'edit-service':
      return service(name, said)
    case 'delete-service':
      return ofService(said, (key) => accepted(changing({ type: 'delete-service', key }, said)))
    case 'add-server':
    case 'edit-server':
    case 'delete-server':
      return server(name, said)
  }
}

const changing = (
  change: ChangeCommand['change'],
  { remarks }: Pick<Said, 'remarks'> = { remarks: [] },
  unsaid: ChangeCommand['unsaid'] = [],
): ChangeCommand => ({ type: 'change', change, remarks, unsaid })

function wrongFlag({ flags, scheduler }: Said): string | undefined {
  for (const flag of flags) {
    if (flagNumber(flag) === undefined) return `invalid scheduler flag \`${flag}'`
    if (!isFlagOf(flag, scheduler)) return `incompatible scheduler flag \`${flag}'`
  }
  return undefined
}

/** The first rule that the options break, in ipvsadm's order. */
function broken(
  { required, allowed, exclusive }: Rules,
  given: ReadonlySet<Meaning>,
  what: string,
  name: string,
  among: readonly Meaning[] = meanings,
): string | undefined {
  let exclusively: Meaning | undefined
  for (const meaning of among) {
    if (!given.has(meaning)) {
      if (required.includes(meaning))
        return `You need to supply the '${meaning}' option for the '${name}' ${what}`
      continue
    }
    if (!allowed.includes(meaning) && !required.includes(meaning))
      return `Illegal '${meaning}' option with the '${name}' ${what}`
    if (!exclusive.includes(meaning)) continue
    if (exclusively !== undefined)
      return `The option '${meaning}' conflicts with the '${exclusively}' option in the '${name}' ${what}`
    exclusively = meaning
  }
  return undefined
}

function list(said: Said): Parsed {
  const has = (meaning: Meaning): boolean => said.meanings.has(meaning)
  const counted = (['stats', 'rate', 'thresholds'] as const).some(has)
  const alone = has('timeout') || has('daemon')
  if ((alone && has('persistent-conn')) || ((alone || has('connection')) && counted))
    return rejected(usage('options conflicts in the list command'))
  if (has('timeout')) return accepted({ type: 'timeouts' })
  if (has('daemon')) return accepted({ type: 'sync-daemons' })
  if (has('connection'))
    return accepted({ type: 'connections', numeric: has('numeric'), engines: has('persistent-conn') })
  return accepted(listCommand(said))
}

const views: readonly Exclude<View, 'plain'>[] = [
  'stats',
  'rate',
  'thresholds',
  'persistent-conn',
  'tun-info',
]

const listCommand = ({ meanings: given, key }: Said): Command => ({
  type: 'list',
  key,
  view: views.find((view) => given.has(view)) ?? 'plain',
  numeric: given.has('numeric'),
  exact: given.has('exact'),
  sorted: !given.has('nosort'),
})

function startDaemon({ daemon, role = 'master' }: Said): ChangeCommand {
  const remarks =
    daemon.interface === undefined
      ? [`no --mcast-interface is said: the sync daemon uses ${DEFAULT_INTERFACE}`]
      : []
  return changing(
    {
      type: 'start-sync-daemon',
      // ipvsadm's help promises a syncid of 255; it is 0.
      daemon: { interface: DEFAULT_INTERFACE, syncId: 0, ...daemon, role },
    },
    { remarks },
  )
}

const ofService = (said: Said, make: (key: ServiceKey) => Parsed): Parsed =>
  // The rules of the command have asked for one.
  said.key === undefined ? rejected(noCommand) : make(said.key)

function service(name: 'add-service' | 'edit-service', said: Said): Parsed {
  return ofService(said, (key) => {
    if (key.kind === 'address' && key.port === 0 && said.persistenceSeconds === undefined)
      return rejected(usage('Zero port specified for non-persistent service'))
    const onePacket = said.meanings.has('ops')
    if (onePacket && key.kind === 'address' && key.protocol !== 'udp')
      return rejected(usage('One-Packet Scheduling is only for UDP virtual services'))
    const value: Service = {
      key,
      scheduler: said.scheduler === '' ? DEFAULT_SCHEDULER : said.scheduler,
      schedulerFlags: flagsOf(said),
      onePacket,
      persistence:
        said.persistenceSeconds === undefined
          ? undefined
          : { timeoutSeconds: said.persistenceSeconds, engine: said.engine },
      netmask: said.netmask,
    }
    const idle = (['netmask', 'pe'] as const).filter(
      (meaning) => said.meanings.has(meaning) && said.persistenceSeconds === undefined,
    )
    const remarks = [...said.remarks, ...idle.map((meaning) => `${wordOf[meaning]} means nothing without -p`)]
    const edited = name === 'edit-service'
    return accepted(
      changing(
        { type: name, service: value },
        { remarks },
        edited
          ? [
              ...(said.scheduler === '' ? (['scheduler'] as const) : []),
              ...(said.persistenceSeconds === undefined ? (['persistence'] as const) : []),
            ]
          : [],
      ),
    )
  })
}

const wordOf = { netmask: '-M', pe: '--pe' } as const

function flagsOf({ flags }: Said): SchedulerFlags {
  const numbers = flags.map(flagNumber)
  return { flag1: numbers.includes(1), flag2: numbers.includes(2), flag3: numbers.includes(3) }
}

function server(name: 'add-server' | 'edit-server' | 'delete-server', said: Said): Parsed {
  const endpoint = said.server
  if (endpoint === undefined) return rejected(noCommand)
  return ofService(said, (key) => {
    const remarks = [...said.remarks, ...(endpoint.remark === undefined ? [] : [endpoint.remark])]
    if (name === 'delete-server') {
      const { port } = portOf(endpoint, key, undefined)
      const destination = { address: endpoint.address, port }
      return accepted(changing({ type: 'delete-destination', key, destination }, { remarks }))
    }
    const { forwarding } = said
    if (familyOf(key) !== familyName(endpoint.address) && forwarding !== 'tunnel')
      return rejected(usage('Different address family is allowed only for tunneling servers'))
    const wrong = wrongTunnel(said)
    if (wrong !== undefined) return rejected(usage(wrong))
    const saidHow = said.meanings.has('forwarding-method')
    const { port, remark } = portOf(endpoint, key, forwarding, saidHow)
    if (remark !== undefined) remarks.push(remark)
    const destination: Destination = {
      key: { address: endpoint.address, port },
      forwarding,
      weight: said.weight,
      upperThreshold: said.upperThreshold,
      lowerThreshold: said.lowerThreshold,
      tunnel: { type: said.tunnelType, port: said.tunnelPort, checksum: said.checksum },
    }
    if (name === 'add-server')
      return accepted(changing({ type: 'add-destination', key, destination }, { remarks }))
    return accepted(
      changing({ type: 'edit-destination', key, destination }, { remarks }, [
        ...(saidHow ? [] : (['forwarding'] as const)),
        ...(said.meanings.has('weight') ? [] : (['weight'] as const)),
      ]),
    )
  })
}

const familyName = (address: IpAddress): IpFamily => (isIpv4(address) ? 'ipv4' : 'ipv6')

const tunnelMeanings = meanings.filter((meaning) => /^tun-(?!info)/.test(meaning))

function wrongTunnel({ meanings: given, forwarding, tunnelType }: Said): string | undefined {
  if (forwarding !== 'tunnel')
    return tunnelMeanings.some((meaning) => given.has(meaning))
      ? 'Tunnel options conflict with forward method'
      : undefined
  const among = tunnelMeanings.filter((meaning) => meaning !== 'tun-type')
  return broken(tunnelRules[tunnelType], given, 'tunnel type', tunnelType, among)
}

/**
 * Only masquerading changes ports, so that ipvsadm takes the service's for all else, whatever was said. What a mark
 * catches may have any port: there it stays as it is.
 *
 * @param forwarding undefined where it does not matter: a destination that is deleted
 */
function portOf(
  { address, port, portGiven }: Endpoint,
  key: ServiceKey,
  forwarding: ForwardingMethod | undefined,
  saidHow = true,
): { readonly port: number; readonly remark?: string } {
  if (key.kind === 'mark') return { port }
  if (!portGiven) return { port: key.port }
  if (forwarding === undefined || forwarding === 'masquerade' || port === key.port) return { port }
  const how =
    forwarding === 'tunnel'
      ? 'tunneling (-i)'
      : `direct routing (-g${saidHow ? '' : ', as neither -i nor -m is said'})`
  const text = isIpv4(address) ? quad(address) : address
  return {
    port: key.port,
    remark: `${how} cannot change ports: port ${port} of ${text} becomes ${key.port}, as the service has it`,
  }
}
