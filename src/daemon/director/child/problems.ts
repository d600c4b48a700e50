/**
 * What an operator has to look at where virtual servers are served, each with what to do about it. A judgement of the
 * finished report, and of the director beside it. Pure.
 */

import { formatIp, type IpAddress } from '../../../base/address.ts'
import type {
  DriftReport,
  LvsSections,
  SyncDaemonReport,
  VirtualServerReport,
} from '../../../control/lvs-report.ts'
import { SEVERITIES, type Found, type Severity } from '../../../control/problem.ts'
import { shortName } from '../../../control/server-name.ts'
import type { UnitedService } from '../../../director/union.ts'
import type { Director, ServiceState } from '../../../director/state.ts'
import { serviceName } from '../../../director/words.ts'
import type { Refusal } from '../../../netlink/types.ts'

export interface ProblemSources {
  readonly director: Director
  /** All of them. */
  readonly sections: LvsSections
  /** Why the kernel's table cannot be read; undefined: it can be. */
  readonly unreadable: Refusal | undefined
  /** Checks that are left out and count as up: a sentence for each. */
  readonly leftOut: readonly string[]
  readonly host: HostAddresses
}

/** The addresses of this host, and who brings them. */
export interface HostAddresses {
  has(address: IpAddress): boolean
  /** The vrrp_instances that have it as a virtual address; `master` undefined: that is not known here. */
  holders(address: IpAddress): readonly { readonly name: string; readonly master: boolean | undefined }[]
}

/** Worst first. */
export function lvsProblems(sources: ProblemSources): readonly Found[] {
  const { director, sections, unreadable, leftOut } = sources
  const found = [
    ...(unreadable ? [tableUnreadable(unreadable)] : []),
    ...sections.virtualServers.flatMap(quorumProblem),
    ...director.services.flatMap((service, position) => {
      const united = director.setup.services[position]
      return united ? refusedProblem(director, united, service) : []
    }),
    ...sections.virtualServers.flatMap(missingProblem),
    ...sections.syncDaemon.flatMap(syncProblem),
    ...leftOut.map((text): Found => problem('check-left-out', 'warning', text, null, { subject: text })),
    ...absentAddresses(sources),
    ...sections.virtualServers.flatMap(driftNotice),
  ]
  return found.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
}

const problem = (
  code: Found['code'],
  severity: Severity,
  text: string,
  advice: string | null,
  more: Pick<Found, 'subject' | 'virtualServer' | 'since'> = {},
): Found => ({ code, severity, text, advice, instance: null, ...more })

const tableUnreadable = ({ text }: Refusal): Found =>
  problem(
    'table-unreadable',
    'critical',
    `the kernel's IPVS table cannot be read: ${text}`,
    'modprobe ip_vs; a container needs CAP_NET_ADMIN and the module of its host',
  )

/** None for a virtual server that has a sorry server and nobody else: it does what it was made for. */
function quorumProblem({ name, quorum, sorry, counts, realServers }: VirtualServerReport): readonly Found[] {
  const total = counts.up + counts.down + counts.unchecked + counts.suspended
  if (quorum.state === 'up' || total === 0) return []
  const about = { subject: name, virtualServer: name, since: quorum.since }
  const advice = `vrrpd why ${word(name)}`
  const instead = sorry?.active === true ? `; its sorry server ${sorry.server} serves` : ''
  if (counts.down === 0 && counts.unchecked + counts.suspended > 0) {
    const text = `${name} has no quorum before its servers have passed their first checks${instead}`
    return [problem('quorum-lost', 'notice', text, null, about)]
  }
  if (counts.down === total) {
    const first = realServers.find(({ reason }) => reason !== null)
    const why = first?.reason === undefined || first.reason === null ? '' : ` (${first.reason})`
    const all = total === 1 ? 'its only server is' : `all ${total} servers are`
    const nobody = instead === '' ? ', and nobody serves' : instead
    const text = `${name}: ${all} down${why}${nobody}`
    return [problem('servers-down', instead === '' ? 'critical' : 'warning', text, advice, about)]
  }
  const { need, hysteresis, sum } = quorum
  const enough = need + hysteresis
  const left = instead === '' ? '; the servers that are up go on' : instead
  const text = `${name} has lost its quorum: a weight of ${sum} is up, ${enough} is needed${left}`
  return [problem('quorum-lost', 'warning', text, advice, about)]
}

function refusedProblem(
  { setup }: Director,
  { blocks, key, text: subject, service }: UnitedService,
  { refused }: ServiceState,
): readonly Found[] {
  const [first, ...others] = refused
  if (first === undefined) return []
  const virtualServer = setup.blocks[blocks[0] ?? 0]?.name ?? serviceName(key)
  const about = { subject, virtualServer }
  const whole = refused.get('')
  if (whole !== undefined) {
    const advice =
      whole === 'ENOENT'
        ? `modprobe ip_vs_${service.scheduler}, or another lb_algo`
        : 'the log has the kernel’s words'
    return [problem('kernel-refused', 'critical', `the kernel refuses ${subject} (${whole})`, advice, about)]
  }
  const [destination, code] = first
  const more = others.length === 0 ? '' : `, and ${others.length} more of its servers`
  const text = `the kernel refuses ${destination} of ${subject} (${code})${more}`
  return [problem('kernel-refused', 'warning', text, 'the log has the kernel’s words', about)]
}

const isMissing = ({ kind }: DriftReport): boolean =>
  kind === 'service-missing' || kind === 'destination-missing'

function missingProblem({ name, kernel }: VirtualServerReport): readonly Found[] {
  const missing = kernel.drift.filter(isMissing)
  const service = missing.find(({ kind }) => kind === 'service-missing')
  const about = { subject: name, virtualServer: name }
  if (service !== undefined) {
    const text = `${service.service} is not in the kernel's table any more: somebody has removed it`
    return [problem('service-missing', 'critical', text, 'vrrpd reload sets it up again', about)]
  }
  const [first, ...others] = missing
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` and ${others.length} more of its servers`
  const text = `${first.destination ?? ''}${more} of ${name} is not in the kernel's table any more: somebody has removed it`
  return [problem('service-missing', 'warning', text, REPAIR, about)]
}

const REPAIR = '--repair-ipvs keeps the table as the file has it'

function driftNotice({ name, kernel }: VirtualServerReport): readonly Found[] {
  const differing = kernel.drift.filter((each) => !isMissing(each))
  const [first, ...others] = differing
  if (first === undefined) return []
  const more = others.length === 0 ? '' : `, and ${others.length} more differences`
  const text = `${driftText(first)}, by somebody else's hand${more}: it stays until the file says otherwise`
  return [problem('drift', 'notice', text, REPAIR, { subject: name, virtualServer: name })]
}

function driftText({ kind, service, destination, asked, actual }: DriftReport): string {
  switch (kind) {
    case 'weight-differs':
      return `${destination ?? ''} of ${service} has the weight ${actual ?? ''} instead of ${asked ?? ''}`
    case 'destination-foreign':
      return `${service} has a server ${destination ?? ''} that the file does not name`
    case 'service-differs':
      return `${service} is scheduled otherwise than the file says`
    case 'destination-differs':
      return `${destination ?? ''} of ${service} is otherwise than the file says`
    case 'service-missing':
    case 'destination-missing':
      return `${destination ?? service} is missing`
  }
}

function syncProblem({ role, interface: link, wanted, running }: SyncDaemonReport): readonly Found[] {
  if (!wanted || running !== false) return []
  const text = `the kernel's sync daemon (${role}, ${link}) does not run: connections are not told to the other director`
  return [
    problem('sync-daemon', 'warning', text, `ip link show ${link}; the log says why`, { subject: role }),
  ]
}

/**
 * Virtual addresses of which nobody here would be asked, although this host should serve them. One whose instance is
 * not Master is with another host, as it should be.
 */
function absentAddresses({ director, host }: ProblemSources): readonly Found[] {
  const found = new Map<IpAddress, Found>()
  for (const { name, services } of director.setup.blocks) {
    for (const { key } of services) {
      if (key.kind !== 'address' || found.has(key.address) || host.has(key.address)) continue
      const holders = host.holders(key.address)
      if (holders.length > 0 && holders.every(({ master }) => master === false)) continue
      found.set(key.address, absentAddress(name, formatIp(key.address), holders))
    }
  }
  return [...found.values()]
}

function absentAddress(
  virtualServer: string,
  address: string,
  holders: ReturnType<HostAddresses['holders']>,
): Found {
  const names = holders.map((each) => each.name).join(', ')
  const who =
    holders.length === 0
      ? 'and no vrrp_instance brings it'
      : holders.some(({ master }) => master === true)
        ? `although ${names} is MASTER here`
        : `vrrp_instance ${names} would bring it`
  return problem(
    'virtual-address-absent',
    'notice',
    `${address} of ${virtualServer} is on no interface of this host, ${who}`,
    holders.length === 0 ? 'give it to a vrrp_instance, or to an interface (ip address add)' : null,
    { subject: address, virtualServer },
  )
}

/** For a shell, which has a use of its own for brackets. */
function word(name: string): string {
  const short = shortName(name)
  return /^[\w.:]+$/.test(short) ? short : `'${short}'`
}
