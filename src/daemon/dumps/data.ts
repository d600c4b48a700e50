/**
 * /tmp/keepalived.data: keepalived's sections and lines about instances, groups
 * and what is tracked, which exporters read. What only keepalived has
 * (sockets, processes, debugging) is not in it; passwords are masked.
 */

import { formatIp, formatIpv4 } from '../../base/address.ts'
import { STATE_WORDS } from '../../base/state-names.ts'
import { toMilliseconds, toSeconds } from '../../base/time.ts'
import { masterDownInterval } from '../../base/intervals.ts'
import { MASKED } from './json.ts'
import { asAdvertised, type DumpedRouter, type DumpSource } from './source.ts'
import { addressWords, commandWords, routeWords, ruleWords } from './words.ts'
import { intervalsOf } from '../../vrrp/election/timers.ts'

type Lines = readonly (string | false | undefined)[]

export const dumpData = (source: DumpSource): string =>
  [
    ...globalLines(source),
    '------< VRRP Topology >------',
    ...source.routers.flatMap(instanceLines),
    ...section('VRRP Sync groups', source.groups.flatMap(groupLines)),
    ...section(
      'VRRP Scripts',
      source.checks.flatMap((check) => scriptLines(check, source)),
    ),
    ...section(
      'VRRP Track files',
      source.files.flatMap((file) => fileLines(file, source)),
    ),
    ...section(
      'VRRP Track processes',
      source.processes.flatMap((process) => processLines(process, source)),
    ),
  ]
    .filter((line) => typeof line === 'string')
    .map((line) => `${line}\n`)
    .join('')

/** /tmp/keepalived_parent.data, which is about global_defs alone. */
export const dumpParentData = (source: DumpSource): string =>
  globalLines(source)
    .filter((line) => typeof line === 'string')
    .map((line) => `${line}\n`)
    .join('')

const section = (name: string, lines: Lines): Lines =>
  lines.length === 0 ? [] : [`------< ${name} >------`, ...lines]

const yes = (value: boolean): string => (value ? 'true' : 'false')

const globalLines = ({ model: { global }, instanceNaming: { namespace, instance } }: DumpSource): Lines => [
  '------< Global definitions >------',
  ` Network namespace = ${namespace ?? '(default)'}`,
  instance !== undefined && ` Instance name = ${instance}`,
  global.routerId !== undefined && ` Router ID = ${global.routerId}`,
  ` Dynamic interfaces = ${yes(global.dynamicInterfaces)}`,
  ` Default interface = ${global.defaultInterface}`,
  ...global.fifos.map(
    ({ keyword, path }) => ` ${keyword === 'notify_fifo' ? 'Global' : 'VRRP'} notify fifo = ${path}`,
  ),
  ` VRRP IPv4 mcast group = ${formatIpv4(global.mcastGroup4)}`,
  ` VRRP IPv6 mcast group = ${formatIp(global.mcastGroup6)}`,
  ` Script security ${global.enableScriptSecurity ? 'enabled' : 'disabled'}`,
]

const AUTH_TYPES = { none: 'none', PASS: 'SIMPLE_PASSWORD', AH: 'IPSEC_AH' } as const

function instanceLines({ assembled, record, group, sinceMicros, isPresent }: DumpedRouter): Lines {
  const { instance, router } = assembled
  const { garp, authentication } = instance
  const { state, conditions } = record
  const intervals = intervalsOf(router, state)
  const words = [...instance.addresses, ...instance.excludedAddresses].map((address, index) =>
    addressWords(address, isPresent(index)),
  )
  const [vips, evips] = asAdvertised(words, instance, conditions)
  const tracked = (title: string, names: readonly string[]): Lines =>
    names.length === 0 ? [] : [`   ${title} :`, ...names.map((name) => `     ${name}`)]
  const source = conditions.source
  return [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${instance.version}`,
    group !== undefined && `   Sync group = ${group}`,
    `   State = ${STATE_WORDS[state.kind]}`,
    `   Wantstate = ${state.kind === 'initialize' ? 'BACKUP' : STATE_WORDS[state.kind]}`,
    `   Last transition = ${(sinceMicros / 1_000_000).toFixed(6)}`,
    state.kind === 'backup' && state.master && `   Master router = ${formatIp(state.master.address)}`,
    state.kind === 'backup' && state.master && `   Master priority = ${state.master.priority}`,
    state.kind === 'backup' &&
      state.master &&
      router.version === 3 &&
      `   Master advert int = ${toSeconds(intervals.advertInterval).toFixed(2)} sec`,
    `   Master down timer = ${masterDownInterval(intervals, conditions.priority)} usecs`,
    `   Interface = ${instance.link}`,
    source !== undefined && `   Using src_ip = ${formatIp(source)}`,
    `   Gratuitous ARP delay = ${toSeconds(garp.masterDelay)}`,
    `   Gratuitous ARP repeat = ${garp.masterRepeat}`,
    `   Gratuitous ARP refresh = ${toSeconds(garp.masterRefresh)}`,
    `   Gratuitous ARP refresh repeat = ${garp.masterRefreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${toSeconds(garp.lowerPrioDelay)}`,
    `   Gratuitous ARP lower priority repeat = ${garp.lowerPrioRepeat}`,
    `   Down timer adverts = ${instance.downTimerAdverts}`,
    `   Send advert after receive lower priority advert = ${yes(!instance.lowerPrioNoAdvert)}`,
    `   Send advert after receive higher priority advert = ${yes(instance.higherPrioSendAdvert)}`,
    `   Virtual Router ID = ${instance.vrid}`,
    `   Priority = ${instance.priority}`,
    `   Effective priority = ${conditions.priority}`,
    ...(router.version === 3
      ? [
          `   Advert interval = ${toMilliseconds(instance.advertInterval)} milli-sec`,
          state.kind === 'backup' &&
            `   Master advert interval = ${toMilliseconds(intervals.advertInterval)} milli-sec`,
        ]
      : [`   Advert interval = ${toSeconds(instance.advertInterval)} sec`]),
    `   Accept = ${instance.accept ? 'enabled' : 'disabled'}`,
    `   Preempt = ${instance.preempt ? 'enabled' : 'disabled'}`,
    instance.preemptDelay > 0 && `   Preempt delay = ${toSeconds(instance.preemptDelay)} secs`,
    `   Promote_secondaries = ${instance.promoteSecondaries ? 'enabled' : 'disabled'}`,
    router.version === 2 && `   Authentication type = ${AUTH_TYPES[authentication.type]}`,
    authentication.type !== 'none' && `   Password = ${MASKED}`,
    `   Virtual IP (${vips.length}):`,
    ...vips.map((vip) => `     ${vip}`),
    ...tracked('Virtual IP Excluded', evips),
    ...tracked('Virtual Routes', instance.routes.map(routeWords)),
    ...tracked('Virtual Rules', instance.rules.map(ruleWords)),
    ...tracked(
      'Tracked scripts',
      instance.trackScripts.map(
        ({ script, weight, reverse }) => `${script} weight ${weightWords(weight, reverse)}`,
      ),
    ),
    ...tracked(
      'Tracked files',
      instance.trackFiles.map(
        ({ file, weight, reverse }) => `${file}, weight ${weightWords(weight, reverse)}`,
      ),
    ),
    ...tracked(
      'Tracked processes',
      instance.trackProcesses.map(
        (each) => `${each.process}, weight ${weightWords(each.weight, each.reverse)}`,
      ),
    ),
    `   Using smtp notification = ${instance.smtpAlert ? 'yes' : 'no'}`,
    `   Notify deleted = ${instance.notify.deleted === undefined ? 'Fault' : 'Deleted'}`,
    `   Notify priority changes = ${yes(instance.notify.priorityChanges)}`,
  ]
}

const weightWords = (weight: number, reverse: boolean): string => `${weight}${reverse ? ' reverse' : ''}`

const groupLines = ({ name, members, state }: DumpSource['groups'][number]): Lines => [
  ` VRRP Sync Group = ${name}, ${state}`,
  '   VRRP member instances :',
  ...members.map((member) => `     ${member}`),
]

const STATUS = { up: 'GOOD', down: 'BAD', pending: 'INIT', disabled: 'DISABLED' } as const

function scriptLines(check: DumpSource['checks'][number], { model }: DumpSource): Lines {
  const script = model.scripts.find(({ name }) => name === check.name)
  return [
    ` VRRP Script = ${check.name}`,
    script && `   Command = ${commandWords(script.command)}`,
    script && `   Interval = ${toSeconds(script.interval)} sec`,
    script && `   Timeout = ${toSeconds(script.timeout)} sec`,
    script && `   Weight = ${weightWords(script.weight, script.reverse)}`,
    script && `   Rise = ${script.rise}`,
    script && `   Fall = ${script.fall}`,
    `   Status = ${STATUS[check.verdict]}`,
    `   State = ${check.running ? 'running' : 'idle'}`,
  ]
}

function fileLines({ name, path, number }: DumpSource['files'][number], { model }: DumpSource): Lines {
  const file = model.trackFiles.find((each) => each.name === name)
  return [
    ` Track file = ${name}`,
    `   File = ${path}`,
    `   Status = ${number ?? 0}`,
    file && `   Weight = ${weightWords(file.weight, file.reverse)}`,
  ]
}

function processLines(report: DumpSource['processes'][number], { model }: DumpSource): Lines {
  const found = model.trackProcesses.find((each) => each.name === report.name)
  return [
    ` VRRP Track process = ${report.name}`,
    found && `   Process = ${found.program}`,
    found && found.parameters.length > 0 && `   Parameters = ${found.parameters.join(' ')}`,
    found && `   Min processes = ${found.quorum}`,
    found?.quorumMax !== undefined && `   Max processes = ${found.quorumMax}`,
    `   Current processes = ${report.running ?? 0}`,
    `   Have quorum = ${yes(report.verdict === 'up')}`,
    found && `   Weight = ${weightWords(found.weight, found.reverse)}`,
    found && `   Terminate delay = ${toSeconds(found.terminateDelay).toFixed(6)}s`,
    found && `   Fork delay = ${toSeconds(found.forkDelay).toFixed(6)}s`,
  ]
}
