/** Virtual servers that do something else than what is written: weights, quorums, limits, persistence. */

import type { RealServer, VirtualServer } from '../../blocks/virtual-server/load-balancing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import { Gathering } from './gathering.ts'
import { realName, virtualName } from './server-names.ts'
import type { Subject } from './context.ts'

export function lintVirtualServers({ model }: Subject, report: Report): void {
  const found = new Gathering()
  for (const server of model.loadBalancing.virtualServers) {
    ignoredWeights(server, found)
    quorums(server, found)
    stickyDead(server, found)
    for (const real of server.realServers) limits(real, found)
  }
  found.tell(report)
}

/** Of the kernel's schedulers: they ask only whether a weight is 0. */
const WEIGHING: ReadonlyMap<string, string> = new Map([
  ['rr', 'wrr'],
  ['lc', 'wlc'],
  ['dh', 'sh'],
])

const isDynamic = ({ checkers }: RealServer): boolean =>
  checkers.some((check) => (check.kind === 'misc' && check.dynamic) || check.kind === 'file')

function ignoredWeights(server: VirtualServer, found: Gathering): void {
  const other = WEIGHING.get(server.scheduler)
  if (other === undefined) return
  const { realServers, scheduler, span } = server
  const weights = new Set(realServers.map(({ weight }) => weight).filter((weight) => weight !== 0))
  const [first, second] = [...weights]
  const isDriven = realServers.some(isDynamic)
  if (second === undefined && !isDriven) return
  const what = second === undefined ? 'weights that checks give' : `weights (${first ?? 0}, ${second})`
  found.add({
    severity: 'warning',
    code: 'weight-ignored',
    span,
    name: virtualName(server),
    key: `${scheduler} ${what}`,
    message: (names) =>
      `${scheduler} asks of a weight only whether it is 0: the ${what} of ${names} change nothing (lb_algo ${other} would mind them)`,
  })
}

function quorums(server: VirtualServer, found: Gathering): void {
  const { hysteresis, quorum, quorumDown, quorumUp, realServers, sorryServer, smtpAlert, span } = server
  const name = virtualName(server)
  const total = realServers.reduce((sum, { weight }) => sum + weight, 0)
  const isDriven = realServers.some(isDynamic)
  if (total === 0 && !isDriven) {
    const message = (names: string): string =>
      `all servers of ${names} have weight 0: none of them gets a connection`
    found.add({ severity: 'warning', code: 'no-weight', span, name, message })
    return
  }
  // What is too high for the weights is lowered, and that has been said.
  const needed = Math.min(quorum, total)
  const dampening = Math.min(hysteresis, needed - 1)
  if (needed + dampening > total && !isDriven) {
    const message = (names: string): string =>
      `once lost, the quorum of ${names} is never reached again: it takes quorum + hysteresis = ${needed + dampening}, and all servers weigh ${total} together (hysteresis ${total - needed} at most)`
    found.add({
      severity: 'warning',
      code: 'quorum-unreachable',
      span,
      name,
      key: `${needed + dampening} ${total}`,
      message,
    })
  }
  const isHeard = sorryServer !== undefined || quorumUp !== undefined || quorumDown !== undefined
  if (quorum > 1 && !isHeard && !smtpAlert) {
    const message = (names: string): string =>
      `the quorum of ${names} changes nothing: without sorry_server, quorum_up or quorum_down the servers that are left go on, as without it`
    found.add({ severity: 'note', code: 'quorum-unused', span, name, message })
  }
  const lasting = realServers.filter((real) => real.checkers.length === 0)
  const floor = lasting.reduce((sum, { weight }) => sum + weight, 0)
  const isLost = floor === 0 || floor < needed - dampening
  if (sorryServer !== undefined && !isLost) {
    const message = (names: string): string =>
      `the sorry_server of ${names} is never used: servers that nothing checks are always up, and are enough for the quorum`
    found.add({ severity: 'warning', code: 'quorum-lasting', span, name, message })
  }
}

/** Measured, 2.2.7 and Linux 6.1: a client with a template is sent to weight 0, and each connection renews it. */
function stickyDead(server: VirtualServer, found: Gathering): void {
  const { persistence, realServers, span } = server
  const inhibited = realServers.some((real) => real.inhibitOnFailure && real.checkers.length > 0)
  if (persistence === undefined || !inhibited) return
  const message = (names: string): string =>
    `inhibit_on_failure leaves a dead server of ${names} in the table with weight 0, and persistence goes on sending its clients there: set net.ipv4.vs.expire_quiescent_template=1, or leave inhibit_on_failure out`
  found.add({ severity: 'warning', code: 'sticky-dead-server', span, name: virtualName(server), message })
}

function limits(real: RealServer, found: Gathering): void {
  const { lowerThreshold, span, upperThreshold } = real
  if (lowerThreshold <= upperThreshold) return
  const without = upperThreshold === 0 ? ' (there is no uthreshold)' : ''
  found.add({
    severity: 'warning',
    code: 'threshold-order',
    span,
    name: realName(real),
    key: `${lowerThreshold} ${upperThreshold}`,
    message: (names, count) =>
      `lthreshold ${lowerThreshold} is above uthreshold ${upperThreshold}${without}: the kernel refuses ${names}, and ${count === 1 ? 'it gets' : 'they get'} no connection`,
  })
}
