/** Health checks that do not tell what they seem to, and how long they take to tell. */

import { type Duration, plus, times } from '../../../base/time.ts'
import type { Checker, MiscChecker, RealServer } from '../../blocks/virtual-server/load-balancing.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import type { Model } from '../../model.ts'
import { inSeconds, type Subject } from './context.ts'
import { Gathering } from './gathering.ts'
import { realName, virtualName } from './server-names.ts'

export function lintChecks({ model }: Subject, report: Report): void {
  const found = new Gathering()
  const { ssl, virtualServers } = model.loadBalancing
  for (const server of virtualServers) {
    const unchecked = server.realServers.filter(({ checkers }) => checkers.length === 0)
    if (unchecked.length === server.realServers.length)
      uncheckedService(virtualName(server), server.span, found)
    else for (const real of unchecked) uncheckedServer(real, found)
    for (const real of server.realServers) {
      onlyBfd(real, found)
      for (const check of real.checkers) {
        if (check.kind === 'misc') programs(check, real, found)
        if (check.kind === 'http' && check.tls) unverified(real, check.span, ssl?.ca !== undefined, found)
      }
    }
  }
  found.tell(report)
}

function uncheckedService(name: string, span: Checker['span'], found: Gathering): void {
  const message = (names: string): string =>
    `nothing checks the servers of ${names}: one that dies goes on getting connections (TCP_CHECK { } in real_server finds out)`
  found.add({ severity: 'note', code: 'unchecked-server', span, name, key: 'all', message })
}

function uncheckedServer(real: RealServer, found: Gathering): void {
  const message = (names: string, count: number): string =>
    `${names} ${count === 1 ? 'has' : 'have'} no check, as others of the same virtual server have: always up`
  found.add({ severity: 'note', code: 'unchecked-server', span: real.span, name: realName(real), message })
}

function onlyBfd(real: RealServer, found: Gathering): void {
  const [first] = real.checkers
  if (first === undefined || real.checkers.some(({ kind }) => kind !== 'bfd')) return
  const message = (names: string, count: number): string =>
    `BFD_CHECK is the only check of ${names}, and vrrpd speaks no BFD: ${count === 1 ? 'the server counts' : 'the servers count'} as up whatever happens; add another check`
  found.add({
    severity: 'warning',
    code: 'unchecked-server',
    span: first.span,
    name: realName(real),
    key: 'bfd',
    message,
  })
}

function programs(check: MiscChecker, real: RealServer, found: Gathering): void {
  const { delayLoop, dynamic, span, timeout } = check
  if (timeout > delayLoop)
    found.add({
      severity: 'note',
      code: 'slow-check',
      span,
      name: realName(real),
      key: `${timeout} ${delayLoop}`,
      message: (names) =>
        `MISC_CHECK of ${names} may hang for ${inSeconds(timeout)} (misc_timeout, or delay_loop of the virtual server), which is longer than its delay_loop of ${inSeconds(delayLoop)}: the next check waits so long`,
    })
  if (!dynamic) return
  // Once for the whole file: it is the same for all.
  found.add({
    severity: 'note',
    code: 'dynamic-weight',
    span,
    name: realName(real),
    message: (names) =>
      `misc_dynamic of ${names}: exit code 0 gives the weight of the file (here ${real.weight}), 1 takes the server out, 2 to 255 give weight 0 to 253, so that 2 lets no new connection in`,
  })
}

function unverified(real: RealServer, span: Checker['span'], hasCa: boolean, found: Gathering): void {
  const why = hasCa ? ', also with ca in SSL { }' : ''
  found.add({
    severity: hasCa ? 'warning' : 'note',
    code: 'unverified-certificate',
    span,
    name: realName(real),
    message: (names) =>
      `SSL_GET verifies no certificate${why}, as in keepalived: anything that speaks TLS on the port of ${names} passes, if the answer is right`,
  })
}

/** Of each kind and timing that checks have, once. */
export function describeChecks(model: Model, report: Report): void {
  const found = new Gathering()
  for (const { realServers } of model.loadBalancing.virtualServers)
    for (const real of realServers)
      for (const check of real.checkers) {
        const text = timingOf(check)
        if (text === undefined) continue
        const [keyword, rest] = text
        found.add({
          severity: 'note',
          code: 'timing',
          span: check.span,
          name: realName(real),
          key: `${keyword} ${rest}`,
          message: (names) => `${keyword} of ${names}: ${rest}`,
        })
      }
  found.tell(report)
}

type Said = readonly [keyword: string, rest: string]

/** Measured, 2.2.7: retry + 1 failures take a server out, and there is no rise count. */
function timingOf(check: Checker): Said | undefined {
  switch (check.kind) {
    case 'file':
    case 'bfd':
      return undefined
    case 'misc': {
      const { delayBeforeRetry, delayLoop, retry, timeout } = check
      const failed = plus(delayLoop, times(delayBeforeRetry, retry))
      const hung = plus(failed, times(timeout, retry + 1))
      const out = `a program that fails takes its server out ${inSeconds(failed)} and its own time after the last success at most, one that hangs ${inSeconds(hung)}`
      return ['MISC_CHECK', `${out}; back within ${inSeconds(delayLoop)}`]
    }
    case 'http': {
      const urls = check.urls.length
      const { delayBeforeRetry, delayLoop, fastRecovery } = check
      const failed = delayBeforeRetry > delayLoop ? delayBeforeRetry : delayLoop
      const back = fastRecovery ? failed : plus(failed, times(delayLoop, urls))
      const each =
        urls === 1 ? '' : `, each of ${urls} urls being asked every ${inSeconds(times(delayLoop, urls))}`
      return [check.tls ? 'SSL_GET' : 'HTTP_GET', outAfter(check, times(delayLoop, urls), back) + each]
    }
    case 'udp': {
      const said = outAfter(check, check.delayLoop, check.delayLoop)
      const silent = check.reply === undefined ? '; without require_reply no answer is a good answer' : ''
      return ['UDP_CHECK', said + silent]
    }
    case 'tcp':
    case 'smtp':
    case 'dns':
    case 'ping':
      return [`${check.kind.toUpperCase()}_CHECK`, outAfter(check, check.delayLoop, check.delayLoop)]
  }
}

function outAfter(
  { connection, delayBeforeRetry, retry }: Exclude<Checker, { kind: 'misc' | 'file' | 'bfd' }>,
  period: Duration,
  back: Duration,
): string {
  const refused = plus(period, times(delayBeforeRetry, retry))
  const silent = plus(refused, times(connection.connectTimeout, retry + 1))
  const parts = `${inSeconds(period)} + ${retry} × ${inSeconds(delayBeforeRetry)}, and ${retry + 1} × ${inSeconds(connection.connectTimeout)}`
  return `a server that refuses is out ${inSeconds(refused)} after the last success at most, one that does not answer ${inSeconds(silent)} (${parts}); back within ${inSeconds(back)}`
}
