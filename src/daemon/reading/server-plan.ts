/** What a reload means for virtual servers, beside the lines that change. Pure. */

import { endpointWords } from '../../config/blocks/virtual-server/endpoint.ts'
import type { Checker, RealServer, VirtualServer } from '../../config/blocks/virtual-server/load-balancing.ts'
import type { Model } from '../../config/model.ts'
import { asWord } from '../../config/values/printing.ts'

/** The kernel's identity of a service, as the printed block begins → its servers, of all its blocks. */
type Services = ReadonlyMap<string, readonly RealServer[]>

export function servicesOf({ loadBalancing }: Model): Services {
  const found = new Map<string, RealServer[]>()
  for (const server of loadBalancing.virtualServers) {
    const key = serviceKey(headerOf(server), variantOf(server))
    found.set(key, [...(found.get(key) ?? []), ...server.realServers])
  }
  return found
}

export const serviceKey = (header: string, variant: string): string => `${header} (${variant})`

function headerOf({ target }: VirtualServer): string {
  if (target.kind === 'address') return `virtual_server ${endpointWords(target)}`
  return `virtual_server ${target.kind === 'mark' ? `fwmark ${target.mark}` : `group ${asWord(target.name)}`}`
}

const variantOf = ({ target }: VirtualServer): string =>
  target.kind === 'mark' ? (target.family === 'ipv4' ? 'inet' : 'inet6') : target.protocol.toUpperCase()

/** In sentences, the same of several servers in one. */
export function meaningOf(before: readonly RealServer[], after: readonly RealServer[]): readonly string[] {
  const old = new Map(before.map((server) => [endpointWords(server), server]))
  const wanted = new Set(after.map((server) => endpointWords(server)))
  const added = after.filter((server) => !old.has(endpointWords(server)))
  const kept = after.flatMap((server): readonly (readonly [RealServer, RealServer])[] => {
    const earlier = old.get(endpointWords(server))
    return earlier === undefined ? [] : [[earlier, server]]
  })
  const such = (test: (earlier: RealServer, server: RealServer) => boolean): readonly RealServer[] =>
    kept.filter(([earlier, server]) => test(earlier, server)).map(([, server]) => server)
  return [
    said(
      added.filter((server) => !waits(server)),
      'connections at once, before the first check',
    ),
    said(added.filter(waits), 'connections once its checks pass (alpha)'),
    said(
      before.filter((server) => !wanted.has(endpointWords(server))),
      'out, with notify_down where it was up',
    ),
    said(
      such((earlier, server) => earlier.weight !== server.weight),
      'the new weight at once, also where it was changed by hand',
    ),
    said(such(asksAnew), 'another check; where the server is down it stays out until that passes'),
    said(
      such((earlier, server) => server.checkers.length === 0 && earlier.checkers.length > 0),
      'not checked any more, always up',
    ),
  ].flat()
}

const waits = ({ checkers }: RealServer): boolean => checkers.some((check) => 'alpha' in check && check.alpha)

/** When a check asks, and what is made of its answers: it is the same one, and its verdict holds. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  'span',
  'delayLoop',
  'retry',
  'delayBeforeRetry',
  'warmup',
  'alpha',
  'logAllFailures',
  'fastRecovery',
  'timeout',
])

function asksAnew(earlier: RealServer, { checkers }: RealServer): boolean {
  const questions = new Set(earlier.checkers.map(questionOf))
  return checkers.some((check) => !questions.has(questionOf(check)))
}

const questionOf = (check: Checker): string =>
  JSON.stringify(check, (key, value: unknown) => (NOT_ASKED.has(key) ? undefined : value))

const MOST_NAMES = 3

function said(servers: readonly RealServer[], what: string): readonly string[] {
  if (servers.length === 0) return []
  const names = servers.map((server) => endpointWords(server))
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const more = names.length > MOST_NAMES ? ` and ${String(names.length - MOST_NAMES)} more` : ''
  return [`${shown}${more}: ${what}`]
}
