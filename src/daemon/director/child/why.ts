/** Why a virtual or a real server is as it is: from the report and the journal, in sentences. Pure. */

import type { EventReport } from '../../../control/events.ts'
import type {
  CheckerReport,
  LvsSections,
  RealServerReport,
  VirtualServerReport,
} from '../../../control/lvs-report.ts'
import type { LvsWhy, LvsWhyReport } from '../../../control/lvs-why.ts'
import { namedBy, shortName } from '../../../control/server-name.ts'

/** One server may be behind a thousand virtual servers. */
const MOST_ANSWERS = 10
const MOST_EVENTS = 5
const MOST_SERVERS = 20

/**
 * @param sections as they are wished by the subject (asWished)
 * @param events of the journal, the oldest first
 */
export function lvsWhy(
  subject: string,
  { virtualServers }: Pick<LvsSections, 'virtualServers'>,
  events: readonly EventReport[],
): LvsWhyReport {
  const isMeant = namedBy(subject)
  const answers = virtualServers.flatMap((each): readonly (() => LvsWhy)[] =>
    [each.name, ...each.services].some(isMeant)
      ? [() => whyVirtualServer(each, events)]
      : each.realServers.map((server) => () => whyRealServer(server, each, events)),
  )
  return {
    answers: answers.slice(0, MOST_ANSWERS).map((answer) => answer()),
    others: Math.max(0, answers.length - MOST_ANSWERS),
  }
}

function whyRealServer(
  server: RealServerReport,
  virtualServer: VirtualServerReport,
  events: readonly EventReport[],
): LvsWhy {
  const { name, state, since, reason } = server
  const own = events.filter(
    (event) => event.realServer === name && event.virtualServer === virtualServer.name,
  )
  return {
    ...{ virtualServer: virtualServer.name, realServer: name, state, since, because: reason },
    events: own.slice(-MOST_EVENTS),
    now: [
      ...(server.checkers.length === 0 ? [`${shortName(name)} has no check: it counts as up`] : []),
      ...server.checkers.map(checkNow),
      weightNow(server, virtualServer),
      quorumNow(virtualServer),
    ],
  }
}

/** `HTTP_GET http://10.9.0.21:80/ failed at … (took 12 ms): HTTP 503, expected 200-299; the next one is at …` */
function checkNow({ kind, target, last, nextAt, running, state, retry, sharedBy }: CheckerReport): string {
  const next =
    state === 'suspended'
      ? 'it rests, as the virtual address is not on this host'
      : running
        ? 'it is being made now'
        : nextAt === null
          ? undefined
          : `the next one is at ${nextAt}`
  const told =
    last === null ? (kind === 'FILE_CHECK' ? `says ${state}` : 'has not been made yet') : lastText(last)
  const parts = [
    ...(retry.failures > 0 ? [`retry ${retry.failures} of ${retry.of}`] : []),
    ...(next === undefined ? [] : [next]),
    ...(sharedBy > 1 ? [`${sharedBy} virtual servers have its answer`] : []),
  ]
  return [`${kind} ${target} ${told}`, ...parts].join('; ')
}

function lastText({ at, tookMs, ok, reason }: NonNullable<CheckerReport['last']>): string {
  const when = `at ${at} (took ${Math.round(tookMs)} ms)`
  if (ok === true) return `passed ${when}`
  return ok === false
    ? `failed ${when}: ${reason ?? ''}`
    : `came to nothing ${when}: ${reason ?? ''}; that says nothing about the server`
}

function weightNow({ weight, up }: RealServerReport, { sorry, kernel }: VirtualServerReport): string {
  const { configured, effective, kernel: held } = weight
  const file = configured === effective ? '' : ` (the file says ${configured}, its checks the rest)`
  if (kernel.present === null) return `its weight is ${effective}${file}; the kernel's table cannot be read`
  if (held === null) {
    const why = up ? (sorry?.active === true ? ', as the sorry server is' : ', although it is up') : ''
    return `its weight would be ${effective}${file}; it is not in the kernel's table${why}`
  }
  return held === effective
    ? `its weight is ${effective}${file}`
    : `its weight is ${effective}${file}, in the kernel's table ${held}`
}

function quorumNow({ name, quorum, sorry }: VirtualServerReport): string {
  const { need, hysteresis, sum, state } = quorum
  const has = state === 'up' ? 'has its quorum' : 'has no quorum'
  const margin = hysteresis === 0 ? '' : ` with a hysteresis of ${hysteresis}`
  const instead =
    sorry === null
      ? ''
      : sorry.active
        ? `; its sorry server ${shortName(sorry.server)} serves`
        : `; its sorry server ${shortName(sorry.server)} is not needed`
  return `${name} ${has}: a weight of ${sum} is up, ${need} is needed${margin}${instead}`
}

function whyVirtualServer(virtualServer: VirtualServerReport, events: readonly EventReport[]): LvsWhy {
  const { name, quorum, suspended, realServers, kernel } = virtualServer
  const own = events.filter((event) => event.virtualServer === name)
  const notUp = realServers.filter(({ state }) => state !== 'up')
  const up = realServers.filter(({ state }) => state === 'up').map((each) => shortName(each.name))
  return {
    ...{ virtualServer: name, realServer: null },
    state: suspended ? 'suspended' : quorum.state,
    since: quorum.since,
    because: null,
    events: own.slice(-MOST_EVENTS),
    now: [
      quorumNow(virtualServer),
      ...(up.length === 0 ? [] : [`up: ${inShort(up)}`]),
      ...notUp.slice(0, MOST_SERVERS).map(serverNow),
      ...(notUp.length > MOST_SERVERS ? [`${notUp.length - MOST_SERVERS} more servers are not up`] : []),
      ...(kernel.present === false ? [`${name} is not in the kernel's table`] : []),
    ],
  }
}

const serverNow = ({ name, state, since, reason }: RealServerReport): string =>
  `${shortName(name)} is ${state} since ${since}${reason === null ? '' : `: ${reason}`}`

const inShort = (names: readonly string[]): string =>
  names.length <= MOST_SERVERS
    ? names.join(', ')
    : `${names.slice(0, MOST_SERVERS).join(', ')} and ${names.length - MOST_SERVERS} more`
