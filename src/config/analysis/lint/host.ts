/** What a machine's facts mean for a configuration, each once; host.ts says it where keepalived does. */

import { type Cidr, formatCidr, formatIp, isIpv4 } from '../../../base/address.ts'
import { type Diagnostic, error, type Report, type Span } from '../../diagnostics/diagnostics.ts'
import type { Command, Model, VrrpInstance } from '../../model.ts'
import { type Wanted, wantedInterfaces } from '../host.ts'
import { namesOf, remark, warn } from './context.ts'
import { OWNER } from './weights.ts'

/**
 * - `looked-at`: those of the machine the check runs on, which may not be the one that is meant
 * - `given`: those that exist where the configuration will run
 */
export type Certainty = 'looked-at' | 'given'

/** One finding for each interface that is missing, however often it is named. */
export function missingInterfaces(
  model: Model,
  incomplete: readonly VrrpInstance[],
  existing: ReadonlySet<string>,
  certainty: Certainty,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  const wanted = new Map<string, Wanted[]>()
  for (const one of wantedInterfaces({ ...model, instances: [...model.instances, ...incomplete] }))
    if (one.link !== '' && !existing.has(one.link)) {
      const known = wanted.get(one.link)
      if (known === undefined) wanted.set(one.link, [one])
      else known.push(one)
    }
  for (const [link, uses] of wanted) reportMissing(link, uses, model, certainty, report)
  return found
}

function reportMissing(
  link: string,
  uses: readonly Wanted[],
  { global, instances }: Model,
  certainty: Certainty,
  report: Report,
): void {
  const span = uses[0]?.span
  if (span === undefined) return
  const needing = namesOf([...new Set(uses.map(({ what }) => what))])
  const here = certainty === 'looked-at' ? ' on this host' : ''
  const missing = `there is no interface ${link}${here}, which ${needing} ${uses.length === 1 ? 'needs' : 'need'}`
  const waits = instances.some((instance) => instance.link === link)
    ? 'FAULT until there is one'
    : 'what needs it waits'
  if (global.dynamicInterfaces) {
    remark(report, 'no-such-interface', span, `${missing}: ${waits}`)
  } else if (certainty === 'given') {
    report(error('no-such-interface', span, `${missing}: keepalived does not start`, { fatal: true }))
  } else {
    const message = `${missing}: there vrrpd keeps it in FAULT until there is one, and keepalived does not start without dynamic_interfaces`
    warn(report, 'no-such-interface', span, message)
  }
}

/** Instances whose interface has no address that adverts could come from. */
export function withoutSource(
  { instances }: Model,
  existing: ReadonlySet<string>,
  addresses: ReadonlyMap<string, readonly Cidr[]>,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  const said = new Set<string>()
  for (const { family, link, linkSpan, sourceAddress } of instances) {
    const own = addresses.get(link) ?? []
    const hasSource = own.some(({ address }) => isIpv4(address) === (family === 4))
    if (!existing.has(link) || hasSource || sourceAddress !== undefined || said.has(link)) continue
    said.add(link)
    const message = `${link} has no IPv${family} address on this host now, or is down: instances on it are in FAULT`
    warn(report, 'no-source-address', linkSpan, message)
  }
  return found
}

/** Virtual addresses that an interface of this host has, or would have, of its own. */
export function ownAddresses(
  { instances }: Model,
  addresses: ReadonlyMap<string, readonly Cidr[]>,
): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report: Report = (diagnostic) => void found.push(diagnostic)
  const virtual = new Set(instances.flatMap(allAddresses).map(({ cidr }) => cidr.address))
  for (const instance of instances.filter(({ family }) => family === 4)) {
    const own = (addresses.get(instance.link) ?? []).filter(({ address }) => isIpv4(address))
    const [only] = own.every(({ address }) => virtual.has(address)) ? own : []
    if (instance.priority === OWNER) reportOwner(instance, own, only, report)
    else if (only !== undefined && instance.sourceAddress === undefined && !isOwned(only, instances)) {
      const message = `the only IPv4 address of ${instance.link} on this host, ${formatIp(only.address)}, is a virtual one: adverts cannot come from it, and ${instance.name} is in FAULT`
      warn(report, 'own-address', instance.linkSpan, message)
    }
  }
  return found
}

const allAddresses = ({ addresses, excludedAddresses }: VrrpInstance): VrrpInstance['addresses'] => [
  ...addresses,
  ...excludedAddresses,
]

/** Whether an address owner has it: then adverts of all instances come from it where there is no other. */
const isOwned = ({ address }: Cidr, instances: readonly VrrpInstance[]): boolean =>
  instances.some(
    (instance) =>
      instance.priority === OWNER && allAddresses(instance).some(({ cidr }) => cidr.address === address),
  )

function reportOwner(
  instance: VrrpInstance,
  own: readonly Cidr[],
  only: Cidr | undefined,
  report: Report,
): void {
  for (const { cidr, link, span } of allAddresses(instance)) {
    const there = own.find(({ address }) => address === cidr.address)
    if (there === undefined || link !== instance.link) continue
    const address = formatCidr(there)
    if (
      !own.some(({ prefixLength }) => prefixLength === cidr.prefixLength && there.address === cidr.address)
    ) {
      const message = `${link} has ${address} on this host: written as ${formatCidr(cidr)} it is set a second time, beside it`
      warn(report, 'own-address', span, message)
    }
    if (there !== only) continue
    const message = `${link} has no other IPv4 address on this host than ${address}: adverts come from it, and vrrpd never removes it; keepalived 2.2.7 would be in FAULT`
    remark(report, 'own-address', span, message)
  }
}

/** Programs that run as root and that others could replace, where nothing keeps them from being run. */
export function insecureScripts(insecure: ReadonlyMap<Command, string>): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const said = new Set<string>()
  for (const [{ span }, why] of insecure) {
    if (said.has(why)) continue
    said.add(why)
    reportInsecure(span, why, (diagnostic) => void found.push(diagnostic))
  }
  return found
}

const reportInsecure = (span: Span, why: string, report: Report): void => {
  warn(report, 'insecure-script', span, `${why}, and it runs as root`)
}
