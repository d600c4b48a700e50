/**
 * Whether both directors serve the same: after a takeover clients get another service where they do not. One finding for
 * each virtual server, with all that differs.
 */

import { endpointWords } from '../../blocks/virtual-server/endpoint.ts'
import type { Checker, RealServer, VirtualServer } from '../../blocks/virtual-server/load-balancing.ts'
import { formatIp } from '../../../base/address.ts'
import type { Report, Severity } from '../../diagnostics/diagnostics.ts'
import type { Model } from '../../model.ts'
import { namesOf } from '../lint/context.ts'
import { realName, virtualName } from '../lint/server-names.ts'
import { placeThere, sayAt, type Side } from './pair.ts'

type Sides = readonly [Side, Side]

export function compareVirtualServers(sides: Sides, report: Report): void {
  const [ours, theirs] = sides.map(({ subject }) => united(subject.model)) as [Services, Services]
  missing(ours, theirs, sides, report)
  missing(theirs, ours, [sides[1], sides[0]], report)
  for (const [key, [first, ...others]] of ours) {
    const there = theirs.get(key)
    if (first !== undefined && there?.[0] !== undefined)
      compareService([first, ...others], there, [first, there[0]], sides, report)
  }
}

/** What the kernel has as one service → its blocks. */
type Services = ReadonlyMap<string, readonly VirtualServer[]>

function united({ loadBalancing }: Model): Services {
  const services = new Map<string, VirtualServer[]>()
  for (const server of loadBalancing.virtualServers) {
    const key = keyOf(server)
    services.set(key, [...(services.get(key) ?? []), server])
  }
  return services
}

function keyOf({ target }: VirtualServer): string {
  switch (target.kind) {
    case 'address':
      return `${target.protocol} ${endpointWords(target)}`
    case 'mark':
      return `fwmark ${target.mark} ${target.family}`
    case 'group':
      return `group ${target.name} ${target.protocol}`
  }
}

/** Said once for all: a file without any is that of a director that is set up halfway, or of a mere router. */
function missing(here: Services, there: Services, [side, other]: Sides, report: Report): void {
  const only = [...here].filter(([key]) => !there.has(key)).flatMap(([, [server]]) => server ?? [])
  const [first] = only
  if (first === undefined) return
  const message = `${namesOf(only.map(virtualName))} ${only.length === 1 ? 'is' : 'are'} in ${side.label} and not in ${other.label}: while that director is MASTER nobody serves ${only.length === 1 ? 'it' : 'them'}`
  sayAt(report, 'warning', 'peer-virtual-server', first.span, message)
}

interface Difference {
  readonly severity: Severity
  readonly text: string
}

function compareService(
  ours: readonly VirtualServer[],
  theirs: readonly VirtualServer[],
  [here, there]: readonly [VirtualServer, VirtualServer],
  [, other]: Sides,
  report: Report,
): void {
  const found = [...ofService(here, there), ...ofServers(serversOf(ours), serversOf(theirs))]
  if (found.length === 0) return
  const isWarning = found.some(({ severity }) => severity === 'warning')
  const message = `${virtualName(here)} differs after a takeover: ${found.map(({ text }) => text).join('; ')}`
  sayAt(report, isWarning ? 'warning' : 'note', 'peer-virtual-server', here.span, message, [
    placeThere(other, there.span),
  ])
}

const serversOf = (services: readonly VirtualServer[]): ReadonlyMap<string, RealServer> =>
  new Map(
    services.flatMap((service) =>
      service.realServers.map((real): [string, RealServer] => [nameIn(service, real), real]),
    ),
  )

/** As the kernel has it: a port that is not written, and one that only NAT could change, is the service's. */
function nameIn({ target }: VirtualServer, real: RealServer): string {
  const isKept = real.forwarding.method === 'masquerade' && real.port !== 0
  if (target.kind !== 'address' || isKept) return realName(real)
  return endpointWords({ address: real.address, port: target.port })
}

function ofService(here: VirtualServer, there: VirtualServer): readonly Difference[] {
  return [
    differing('lb_algo', schedulerOf(here), schedulerOf(there)),
    differing('persistence', persistenceOf(here), persistenceOf(there)),
    differing('quorum', quorumOf(here), quorumOf(there)),
    differing('sorry_server', sorryOf(here), sorryOf(there)),
    differing('one-packet scheduling', onOff(here.onePacket), onOff(there.onePacket)),
    differing('the addresses of the group', membersOf(here), membersOf(there)),
  ].flat()
}

const differing = (
  what: string,
  here: string,
  there: string,
  severity: Severity = 'warning',
): readonly Difference[] =>
  here === there ? [] : [{ severity, text: `${what} is ${here} here and ${there} there` }]

const onOff = (on: boolean): string => (on ? 'on' : 'off')

const schedulerOf = ({ scheduler, schedulerFlags: { flag1, flag2, flag3 } }: VirtualServer): string =>
  [scheduler, ...(flag1 ? ['flag-1'] : []), ...(flag2 ? ['flag-2'] : []), ...(flag3 ? ['flag-3'] : [])].join(
    ' ',
  )

function persistenceOf({ persistence }: VirtualServer): string {
  if (persistence === undefined) return 'off'
  const { engine, netmask, timeoutSeconds } = persistence
  const mask = netmask === undefined ? '' : ` for groups of clients (${netmask})`
  return `${timeoutSeconds} s${mask}${engine === undefined ? '' : ` by ${engine}`}`
}

const quorumOf = ({ hysteresis, quorum }: VirtualServer): string =>
  hysteresis === 0 ? String(quorum) : `${quorum} with hysteresis ${hysteresis}`

const sorryOf = ({ sorryServer }: VirtualServer): string =>
  sorryServer === undefined
    ? 'missing'
    : `${endpointWords(sorryServer)} by ${methodOf(sorryServer)}${sorryServer.inhibit ? ' (inhibited)' : ''}`

function membersOf({ target }: VirtualServer): string {
  if (target.kind !== 'group') return ''
  const names = target.members.map((member) =>
    member.kind === 'mark' ? `fwmark ${member.mark}` : endpointWords(member),
  )
  return names.sort((a, b) => (a < b ? -1 : 1)).join(', ')
}

function methodOf({ forwarding }: Pick<RealServer, 'forwarding'>): string {
  if (forwarding.method !== 'tunnel') return forwarding.method === 'route' ? 'DR' : 'NAT'
  const { checksum, port, type } = forwarding.tunnel
  return ['TUN', type, ...(port === 0 ? [] : [port]), ...(checksum === 'none' ? [] : [checksum])].join(' ')
}

function ofServers(
  ours: ReadonlyMap<string, RealServer>,
  theirs: ReadonlyMap<string, RealServer>,
): readonly Difference[] {
  const only = (
    one: ReadonlyMap<string, RealServer>,
    other: ReadonlyMap<string, RealServer>,
    where: string,
  ) => {
    const names = [...one.keys()].filter((name) => !other.has(name))
    const text = `${namesOf(names)} ${names.length === 1 ? 'is' : 'are'} only ${where}`
    return names.length === 0 ? [] : [{ severity: 'warning', text } as const]
  }
  return [...only(ours, theirs, 'here'), ...only(theirs, ours, 'there'), ...ofCommon(ours, theirs)]
}

/** What is the same of many servers is said once. */
function ofCommon(
  ours: ReadonlyMap<string, RealServer>,
  theirs: ReadonlyMap<string, RealServer>,
): readonly Difference[] {
  const found = new Map<string, { readonly severity: Severity; readonly names: string[] }>()
  for (const [name, here] of ours) {
    const there = theirs.get(name)
    if (there === undefined) continue
    const differences = [
      differing('forwarding', methodOf(here), methodOf(there)),
      differing('weight', String(here.weight), String(there.weight)),
      differing('uthreshold', String(here.upperThreshold), String(there.upperThreshold)),
      differing('lthreshold', String(here.lowerThreshold), String(there.lowerThreshold)),
      differing('inhibit_on_failure', onOff(here.inhibitOnFailure), onOff(there.inhibitOnFailure)),
      // Each director judges for itself: other checks are another opinion, not another service.
      differing('the checks', checksOf(here), checksOf(there), 'note').map((difference) => ({
        ...difference,
        text: checksOf(here) === checksOf(there) ? difference.text : differentChecks(here, there),
      })),
    ].flat()
    for (const { severity, text } of differences) {
      const known = found.get(text)
      if (known === undefined) found.set(text, { severity, names: [name] })
      else known.names.push(name)
    }
  }
  return [...found].map(([text, { severity, names }]) => ({ severity, text: `of ${namesOf(names)} ${text}` }))
}

/** All that a check does, without the place where it is written, nor where it asks: directors have addresses of their own. */
const checksOf = ({ checkers }: RealServer): string =>
  JSON.stringify(checkers, (key, value: unknown) =>
    key === 'span' || key === 'bindAddress' || key === 'bindInterface' ? undefined : value,
  )

function differentChecks(here: RealServer, there: RealServer): string {
  const [ours, theirs] = [kindsOf(here.checkers), kindsOf(there.checkers)]
  return ours === theirs
    ? 'the checks have other settings there: one director may see the server dead and the other alive'
    : `the checks are ${ours} here and ${theirs} there`
}

const kindsOf = (checkers: readonly Checker[]): string =>
  checkers.length === 0
    ? 'none'
    : checkers
        .map((check) => (check.kind === 'http' && check.tls ? 'SSL' : check.kind.toUpperCase()))
        .join(', ')

/** One director's connections reach the other only if both daemons agree. */
export function compareSyncDaemons([ours, theirs]: Sides, report: Report): void {
  const [here, there] = [ours, theirs].map(({ subject }) => subject.model.loadBalancing.globals.syncDaemon)
  const place = placeOf(ours, here?.instance)
  if (here === undefined || there === undefined) {
    if (here === there) return
    const where = here === undefined ? theirs.label : ours.label
    const message = `lvs_sync_daemon is only in ${where}: after a takeover the other director does not know the connections`
    sayAt(report, 'warning', 'peer-sync-daemon', place, message)
    return
  }
  const differences = [
    differing('its id', String(here.syncId), String(there.syncId)),
    differing('its port', String(here.port ?? 8848), String(there.port ?? 8848)),
    differing('its group', groupOf(here.group), groupOf(there.group)),
    differing('its instance', here.instance ?? 'none', there.instance ?? 'none', 'note'),
    differing('its interface', here.interface, there.interface, 'note'),
  ].flat()
  if (differences.length === 0) return
  const isWarning = differences.some(({ severity }) => severity === 'warning')
  const consequence = isWarning
    ? 'neither hears of the other’s connections'
    : 'both have to be on one link and to change roles together'
  const message = `lvs_sync_daemon differs: ${differences.map(({ text }) => text).join('; ')}: ${consequence}`
  sayAt(report, isWarning ? 'warning' : 'note', 'peer-sync-daemon', place, message)
}

const groupOf = (group: Parameters<typeof formatIp>[0] | undefined): string =>
  group === undefined ? '224.0.0.81' : formatIp(group)

/** It has no place of its own in the Model: the instance that it follows, else the first virtual server, stands for it. */
function placeOf({ label, subject: { model } }: Side, instance: string | undefined): VirtualServer['span'] {
  const found = model.instances.find(({ name }) => name === instance) ?? model.instances[0]
  return found?.span ?? model.loadBalancing.virtualServers[0]?.span ?? { file: label, start: 0, end: 0 }
}
