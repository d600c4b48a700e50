/**
 * What follows for a virtual server from a line that is not understood, or from a port that does not count: keepalived
 * goes on with a default, and what was meant to be DR is NAT. Looks at what was found and at the Model.
 */

import { toSeconds } from '../../../base/time.ts'
import type {
  Checker,
  Forwarding,
  RealServer,
  VirtualServer,
} from '../../blocks/virtual-server/load-balancing.ts'
import type { Diagnostic, Span } from '../../diagnostics/diagnostics.ts'
import type { SourceMap } from '../../diagnostics/sources.ts'
import type { Model } from '../../model.ts'

/**
 * @param diagnostics all that was found
 * @returns the same, with what follows from them; a mistake that is made in many places alike stands for all of them
 */
export function withConsequences(
  diagnostics: readonly Diagnostic[],
  { loadBalancing: { virtualServers } }: Model,
  sources: SourceMap,
): readonly Diagnostic[] {
  const repeated = new Map<string, Diagnostic[]>()
  const all = diagnostics.map((one) => {
    const text = sources.get(one.span.file)?.text.slice(one.span.start, one.span.end) ?? ''
    const what = consequenceOf(one, text, virtualServers)
    if (what === undefined) return one
    const explained = { ...one, message: `${one.message}${what.text}`, ...what.change }
    if (what.repeats !== true) return explained
    const key = explained.message
    repeated.set(key, [...(repeated.get(key) ?? []), explained])
    return explained
  })
  return all.flatMap((one) => {
    const alike = repeated.get(one.message) ?? []
    if (alike.length < 2) return [one]
    if (alike[0] !== one) return []
    const places = alike.length === 2 ? 'one other place' : `${alike.length - 1} other places`
    return [{ ...one, message: `${one.message} (also in ${places})` }]
  })
}

interface Consequence {
  readonly text: string
  readonly change?: Pick<Diagnostic, 'suggestion'>
  /** The same line in many checks is one mistake. */
  readonly repeats?: true
}

function consequenceOf(
  { code, span, suggestion }: Diagnostic,
  text: string,
  servers: readonly VirtualServer[],
): Consequence | undefined {
  if (code === 'invalid-address' && isPlaceholder(text))
    return { text: ' (a placeholder: put in the address that is meant)' }
  if (code === 'port-mismatch') return portConsequence(span, text, servers)
  if (code !== 'unknown-keyword') return undefined
  const { check, real, server } = around(span, servers)
  if (server === undefined) return undefined
  if (text === 'nb_get_retry' && check !== undefined && 'retry' in check)
    return {
      text: `, and retry stays ${check.retry}; write 'retry 3' for three`,
      change: { suggestion: 'retry' },
      repeats: true,
    }
  const stays = remaining(suggestion, server, real, check)
  return stays === undefined ? undefined : { text: `, and ${stays}`, repeats: true }
}

/** What holds in place of the keyword that was meant. */
function remaining(
  keyword: string | undefined,
  server: VirtualServer,
  real: RealServer | undefined,
  check: Checker | undefined,
): string | undefined {
  switch (keyword) {
    case 'lb_algo':
    case 'lvs_sched':
      return `lb_algo is ${server.scheduler}`
    case 'lb_kind':
    case 'lvs_method': {
      const method = METHOD[(real ?? server.realServers[0])?.forwarding.method ?? 'masquerade']
      const outage =
        method === 'NAT'
          ? ': servers that are set up for DR or TUN answer past the director, and clients hear nothing'
          : ''
      return `lb_kind is ${method}${outage}`
    }
    case 'delay_loop': {
      const timed = [check, ...((real ?? server.realServers[0])?.checkers ?? [])].find(isTimed)
      return timed && `delay_loop is ${toSeconds(timed.delayLoop)} s`
    }
    case 'connect_timeout': {
      const [timed] = [check, ...((real ?? server.realServers[0])?.checkers ?? [])].filter(isConnected)
      return timed && `connect_timeout is ${toSeconds(timed.connection.connectTimeout)} s`
    }
    case 'connect_port': {
      return check !== undefined && isConnected(check)
        ? `the check connects to port ${check.connection.port}`
        : undefined
    }
    case 'retry':
      return check !== undefined && isTimed(check) ? `retry stays ${check.retry}` : undefined
    case 'protocol':
      return server.target.kind === 'mark' ? undefined : `protocol is ${server.target.protocol.toUpperCase()}`
    case 'persistence_timeout':
      return server.persistence === undefined ? 'the service is not persistent' : undefined
    default:
      return undefined
  }
}

const METHOD: Readonly<Record<Forwarding['method'], string>> = {
  masquerade: 'NAT',
  route: 'DR',
  tunnel: 'TUN',
}

const isTimed = (check: Checker | undefined): check is Exclude<Checker, { kind: 'file' | 'bfd' }> =>
  check !== undefined && 'delayLoop' in check

const isConnected = (
  check: Checker | undefined,
): check is Exclude<Checker, { kind: 'file' | 'bfd' | 'misc' }> =>
  check !== undefined && 'connection' in check

interface Around {
  readonly server?: VirtualServer
  readonly real?: RealServer
  readonly check?: Checker
}

/** The last that begins before this place; of what follows a block it may be a block too many. */
function around(span: Span, servers: readonly VirtualServer[]): Around {
  const isBefore = (other: { readonly span: Span }): boolean =>
    other.span.file === span.file && other.span.start <= span.start
  const server = servers.filter(isBefore).at(-1)
  const real = server?.realServers.filter(isBefore).at(-1)
  const check = real?.checkers.filter(isBefore).at(-1)
  return {
    ...(server !== undefined && { server }),
    ...(real !== undefined && { real }),
    ...(check !== undefined && { check }),
  }
}

/** The check keeps the port that was written. */
function portConsequence(
  span: Span,
  text: string,
  servers: readonly VirtualServer[],
): Consequence | undefined {
  const { real } = around(span, servers)
  if (real === undefined) return undefined
  const asks = real.checkers.find((check) => isConnected(check) && String(check.connection.port) === text)
  if (asks !== undefined)
    return { text: `; the check goes on asking port ${text} (connect_port changes that)`, repeats: true }
  const own = real.checkers.find(isConnected)
  return own && { text: `; the check asks port ${own.connection.port}` }
}

/** `xx.xx.xx.xx`, `x.x.x.x/24`, `<VIP>`, `YOUR_IP`, `192.168.1.xxx`: what a document leaves to its reader. */
const isPlaceholder = (text: string): boolean =>
  /^[\dx*?]+(\.[\dx*?]+){3}(\/\w+)?$/i.test(text.replaceAll("'", '')) && /[x*?]/i.test(text)
    ? true
    : /^(<[^>]+>|your[-_]?\w*|(vip|rip|rs|realserver|virtual|server)[-_]?(ip|addr(ess)?)?\d*)$/i.test(text)
