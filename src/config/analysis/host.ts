/**
 * What depends on the machine: interfaces that are there or not, scripts that
 * can be run or not. The Model says what is wanted, these facts what there is;
 * whoever asks gathers them, so that a file can also be checked for a machine
 * that is not this one.
 */

import { type Cidr, formatIp, type Ipv4Address, isIpv4 } from '../../base/address.ts'
import { advertCapacity } from '../../base/advert-capacity.ts'
import { type Diagnostic, error, note, type Report, type Span, warning } from '../diagnostics/diagnostics.ts'
import type { Command, Model, Notify, VrrpInstance } from '../model.ts'

/** What became of a command when it was looked for; scripts/security.ts gives these. */
export type ScriptVerdict =
  | { readonly kind: 'runnable'; readonly insecure: boolean; readonly onlyOpens?: true }
  | { readonly kind: 'disabled'; readonly reason: string; readonly text: string }

export interface HostFacts {
  readonly interfaces?: ReadonlySet<string>
  /** Those without the flag MULTICAST. */
  readonly withoutMulticast?: ReadonlySet<string>
  /** Bytes. */
  readonly mtus?: ReadonlyMap<string, number>
  /** Addresses of each interface. */
  readonly addresses?: ReadonlyMap<string, readonly Cidr[]>
  readonly scriptOf?: (command: Command) => ScriptVerdict | undefined
  readonly hasUser?: (name: string) => boolean
  /** Whether the name of a mail server has an address, as far as this host knows. */
  readonly canResolve?: (name: string) => boolean
}

/** What a file holds besides the Model, as loadConfiguration gives it. */
export interface BesideModel {
  readonly otherScripts: readonly Command[]
  readonly incompleteInstances: readonly VrrpInstance[]
}

/** Facts that are absent are not judged. */
export function checkAgainstHost(
  model: Model,
  facts: HostFacts,
  { otherScripts, incompleteInstances }: BesideModel = { otherScripts: [], incompleteInstances: [] },
): readonly Diagnostic[] {
  const instances = [...model.instances, ...incompleteInstances]
  return checkAll({ ...model, instances }, facts, otherScripts)
}

function checkAll(model: Model, facts: HostFacts, otherScripts: readonly Command[]): readonly Diagnostic[] {
  const hasInstances = model.instances.length > 0
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  if (facts.interfaces !== undefined) checkInterfaces(model, facts.interfaces, report)
  if (facts.withoutMulticast !== undefined) checkMulticast(model, facts.withoutMulticast, report)
  if (facts.mtus !== undefined) checkAdvertSizes(model, facts.mtus, report)
  if (facts.addresses !== undefined) checkAddresses(model, facts.addresses, report)
  checkUser(model, facts, report)
  checkMailServer(model, facts, report)
  // keepalived gives up on a missing interface before it looks at scripts.
  const gaveUp = found.some(({ fatal }) => fatal)
  if (facts.scriptOf !== undefined) {
    checkScripts(model, facts.scriptOf, hasInstances, report)
    const judged = [...(hasInstances ? commandsOf(model) : []), ...otherScripts]
    if (!model.global.enableScriptSecurity)
      checkSecurity(judged, facts.scriptOf, gaveUp ? 'no' : 'security', report)
  }
  return found
}

function checkInterfaces(model: Model, interfaces: ReadonlySet<string>, report: Report): void {
  const wanted = wantedInterfaces(model)
  for (const { link, span, what } of wanted) {
    if (link === '' || interfaces.has(link)) continue
    const message = `there is no interface ${link} here, which ${what} needs`
    if (model.global.dynamicInterfaces)
      report(note('no-such-interface', span, `${message}: FAULT until there is one`))
    else report(error('no-such-interface', span, message, { fatal: true }))
  }
  for (const { link, span } of model.linkDelays) {
    if (interfaces.has(link) || model.global.dynamicInterfaces) continue
    const message = `there is no interface ${link} here; once there is one, its changes count with this delay`
    report(error('no-such-interface', span, message, { inKeepalived: 'interface' }))
  }
}

function checkMulticast({ instances }: Model, without: ReadonlySet<string>, report: Report): void {
  for (const { link, linkSpan, name, unicastPeers } of instances) {
    if (!without.has(link) || unicastPeers.length > 0) continue
    const message = `${link} does not support multicast: ${name} is in FAULT (ip link set ${link} multicast on, or unicast_peer)`
    report(error('no-multicast', linkSpan, message))
  }
}

/** What the count of an advert has no room for has been said by then. */
function checkAdvertSizes({ instances }: Model, mtus: ReadonlyMap<string, number>, report: Report): void {
  for (const { name, link, version, family, authentication, addresses } of instances) {
    const mtu = mtus.get(link)
    if (mtu === undefined) continue
    const capacity = advertCapacity(mtu, { version, family, signed: authentication.type === 'AH' })
    const first = addresses[capacity]
    if (first === undefined) continue
    const message = `${name} has ${addresses.length} addresses to advertise and the MTU of ${link}, ${mtu}, has room for ${capacity}: from here on they are held, but not advertised, while it is so`
    report(warning('too-many-addresses', first.span, message))
  }
}

/** An interface that the configuration names. */
export interface Wanted {
  /** Empty where an instance lacks it. */
  readonly link: string
  readonly span: Span
  readonly what: string
}

/** Everything that names an interface, in the model's order. */
export function wantedInterfaces(model: Model): readonly Wanted[] {
  const ofInstances = model.instances.flatMap((instance): Wanted[] => [
    { link: instance.link, span: instance.linkSpan, what: instance.name },
    ...[...instance.addresses, ...instance.excludedAddresses]
      // Those without `dev` are on the instance's own interface, which has just been judged.
      .filter(({ link }) => link !== instance.link)
      .map(({ link, span, cidr }) => ({ link, span, what: formatIp(cidr.address) })),
    ...routeInterfaces(instance.routes),
    ...instance.rules.flatMap(ruleInterfaces),
    ...instance.trackInterfaces.map(({ link, span }) => ({ link, span, what: 'track_interface' })),
  ])
  return [
    ...ofInstances,
    ...model.syncGroups.flatMap(({ trackInterfaces }) =>
      trackInterfaces.map(({ link, span }) => ({ link, span, what: 'track_interface' })),
    ),
    ...model.staticAddresses.map(({ link, span, cidr }) => ({ link, span, what: formatIp(cidr.address) })),
    ...routeInterfaces(model.staticRoutes),
    ...model.staticRules.flatMap(ruleInterfaces),
  ]
}

const routeInterfaces = (routes: VrrpInstance['routes']): Wanted[] =>
  routes.flatMap(({ link, nexthops, span }) =>
    [link, ...nexthops.map((nexthop) => nexthop.link)]
      .filter((name) => name !== undefined)
      .map((name) => ({ link: name, span, what: 'this route' })),
  )

const ruleInterfaces = ({ iif, oif, span }: Model['staticRules'][number]): Wanted[] =>
  [iif, oif].filter((name) => name !== undefined).map((link) => ({ link, span, what: 'this rule' }))

function checkAddresses(
  { instances }: Model,
  addresses: ReadonlyMap<string, readonly Cidr[]>,
  report: Report,
): void {
  const own = new Set([...addresses.values()].flat().map(({ address }) => address))
  for (const instance of instances) {
    for (const { address, span } of instance.unicastPeers)
      if (own.has(address))
        report(
          warning('own-peer', span, `${formatIp(address)} is this machine itself`, { inKeepalived: 'no' }),
        )
    if (instance.sourceAddress !== undefined && !own.has(instance.sourceAddress)) {
      const message = `no interface here has the source address ${formatIp(instance.sourceAddress)}`
      report(note('no-source-address', instance.span, message))
    }
    for (const { cidr, link, span } of instance.addresses) {
      const networks = (addresses.get(link) ?? []).filter(
        (one) => isIpv4(one.address) && isIpv4(cidr.address),
      )
      if (!isIpv4(cidr.address) || cidr.prefixLength === 32 || networks.length === 0) continue
      if (networks.some((one) => isInside(cidr, one))) continue
      report(
        note('other-network', span, `${link} has no address in the network of ${formatIp(cidr.address)}`),
      )
    }
  }
}

function isInside(cidr: Cidr, network: Cidr): boolean {
  if (!isIpv4(cidr.address) || !isIpv4(network.address)) return false
  const shift = 32 - network.prefixLength
  const networkOf = (address: Ipv4Address): number => (shift === 32 ? 0 : address >>> shift)
  return networkOf(cidr.address) === networkOf(network.address)
}

function checkUser({ global }: Model, { hasUser }: HostFacts, report: Report): void {
  const { scriptUser } = global
  if (scriptUser?.span === undefined || hasUser === undefined) return
  if (!hasUser(scriptUser.user))
    report(error('unknown-user', scriptUser.span, `there is no user ${scriptUser.user}: scripts are not run`))
}

/** keepalived asks once, while it reads, and has no mail server if there is no answer. */
function checkMailServer({ global }: Model, { canResolve }: HostFacts, report: Report): void {
  const { server } = global.mail
  if (server === undefined || canResolve === undefined || canResolve(server.host)) return
  report(warning('unknown-host', server.span, `the mail server ${server.host} has no address here`))
}

/** Without an instance keepalived runs no script, and only minds whom it would run one as. */
function checkScripts(
  model: Model,
  scriptOf: (command: Command) => ScriptVerdict | undefined,
  hasInstances: boolean,
  report: Report,
): void {
  for (const { name, command, end } of model.scripts) {
    const verdict = scriptOf(command)
    if (verdict?.kind !== 'disabled' || (!hasInstances && !isUserUnknown(verdict))) continue
    const related = [
      ...(end === undefined ? [] : [{ span: end, message: 'the block ends here' }]),
      ...trackersOf(model, name).map((span) => ({ span, message: 'so it is not tracked here' })),
    ]
    const span = isUserUnknown(verdict) ? (command.user?.span ?? command.span) : command.span
    report(error('script-disabled', span, verdict.text, { related }))
  }
  for (const command of notifyCommands(model)) {
    const verdict = scriptOf(command)
    if (verdict?.kind !== 'disabled') continue
    // keepalived only minds where it cannot tell whom to run the script as.
    const minds = isUserUnknown(verdict) && command.user === undefined
    const message = `${verdict.text}: it is not run`
    report(error('script-disabled', command.span, message, { inKeepalived: minds ? 'config' : 'no' }))
  }
}

const isUserUnknown = ({ reason }: { readonly reason: string }): boolean => reason.startsWith('unknown-')

const trackersOf = ({ instances, syncGroups }: Model, name: string): readonly Span[] =>
  [...instances, ...syncGroups].flatMap(({ trackScripts }) =>
    trackScripts.filter(({ script }) => script === name).map(({ span }) => span),
  )

/** keepalived complains wherever scripts run without enable_script_security. */
function checkSecurity(
  commands: readonly Command[],
  scriptOf: (command: Command) => ScriptVerdict | undefined,
  inKeepalived: 'no' | 'security',
  report: Report,
): void {
  const first = commands.find((command) => {
    const verdict = scriptOf(command)
    return verdict?.kind === 'runnable' && verdict.onlyOpens !== true
  })
  if (first === undefined) return
  const message = 'scripts are run without enable_script_security: put it into global_defs'
  report(warning('script-security', first.span, message, { inKeepalived }))
}

export const commandsOf = (model: Model): readonly Command[] => [
  ...model.scripts.map(({ command }) => command),
  ...notifyCommands(model),
]

const notifyCommands = ({ instances, syncGroups }: Model): readonly Command[] =>
  [...instances, ...syncGroups].flatMap(({ notify }) => ofNotify(notify))

const ofNotify = ({ master, backup, fault, stop, any, masterRxLowerPriority }: Notify): readonly Command[] =>
  [master, backup, fault, stop, any, masterRxLowerPriority].filter((command) => command !== undefined)
