/** What a machine's facts mean for a configuration, each once; host.ts says it where keepalived does. */

import type { Cidr } from '../../base/address.ts'
import { isIpv4 } from '../../base/address.ts'
import { error, type Diagnostic, type Report, type Span } from '../diagnostics.ts'
import { wantedInterfaces, type Wanted } from '../host.ts'
import type { Command, Model, VrrpInstance } from '../model.ts'
import { namesOf, remark, warn } from './context.ts'

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
