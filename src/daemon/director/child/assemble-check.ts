/** One checker of the configuration as the checkers take it, and what of it makes it the same one over a reload. Pure. */

import type {
  BfdChecker,
  Checker,
  Connection as WrittenConnection,
  HttpChecker,
  MiscChecker,
  Url,
} from '../../../config/blocks/virtual-server/load-balancing.ts'
import { judgeFile } from '../../../checkers/file.ts'
import type {
  Check,
  Connection,
  HttpCheck,
  MiscCheck,
  Timing,
  UrlCheck,
  WeightEffect,
} from '../../../checkers/types.ts'
import type { WeightSay } from '../../../director/weights.ts'
import type { LaunchSpec } from '../../../scripts/types.ts'

/** What is asked without a program. */
export type PlainChecker = Exclude<Checker, MiscChecker | BfdChecker>

export function checkOf(checker: PlainChecker): Check {
  switch (checker.kind) {
    case 'tcp':
    case 'ping':
      return { kind: checker.kind, ...connectedOf(checker) }
    case 'http':
      return httpCheckOf(checker)
    case 'smtp':
      return { kind: 'smtp', ...connectedOf(checker), heloName: checker.heloName }
    case 'dns':
      return { kind: 'dns', ...connectedOf(checker), type: checker.type, name: checker.name }
    case 'udp':
      return { kind: 'udp', ...connectedOf(checker), payload: checker.payload, reply: checker.reply }
    case 'file': {
      const { kind, trackFile, weight, reverse } = checker
      return { kind, trackFile, weight, reverse }
    }
  }
}

/** @param spec of its script */
export function miscCheckOf(checker: MiscChecker, { argv, identity }: LaunchSpec): MiscCheck {
  const { kind, timeout, dynamic } = checker
  return { kind, ...timedOf(checker), command: argv, identity, timeout, dynamic }
}

function httpCheckOf(checker: HttpChecker): HttpCheck {
  const { kind, tls, protocol, fastRecovery } = checker
  const [first, ...others] = checker.urls
  const urls: HttpCheck['urls'] = [urlCheckOf(first), ...others.map(urlCheckOf)]
  return { kind, ...connectedOf(checker), tls, protocol, urls, fastRecovery }
}

const urlCheckOf = ({ path, host, serverName, digest, statuses, regex }: Url): UrlCheck => ({
  path,
  host,
  serverName,
  digest,
  statuses,
  regex: regex && { ...regex, maxOffset: regex.maxOffset },
})

type Timed = Exclude<PlainChecker, { kind: 'file' }> | MiscChecker

const timedOf = (checker: Timed): { timing: Timing; alpha: boolean; logAllFailures: boolean } => {
  const { delayLoop, retry, delayBeforeRetry, warmup, alpha, logAllFailures } = checker
  return { timing: { delayLoop, retry, delayBeforeRetry, warmup }, alpha, logAllFailures }
}

const connectedOf = (
  checker: Exclude<Timed, MiscChecker>,
): ReturnType<typeof timedOf> & { connection: Connection } => ({
  ...timedOf(checker),
  connection: connectionOf(checker.connection),
})

const connectionOf = ({ address, port, mark, connectTimeout, ...from }: WrittenConnection): Connection => ({
  target: { address, port },
  bindAddress: from.bindAddress,
  bindPort: from.bindPort,
  bindInterface: from.bindInterface,
  mark,
  connectTimeout,
})

/** What a check's answer says of its server's weight. */
export function sayOf(effect: WeightEffect | undefined): WeightSay | 'none' {
  switch (effect?.kind) {
    case 'replace':
      return { kind: 'absolute', weight: effect.weight }
    case 'add':
      return { kind: 'relative', by: effect.delta }
    default:
      return 'none'
  }
}

/** What a FILE_CHECK says before anything has changed. @param numbers of track_files, by name */
export function firstSay(check: Check, numbers: ReadonlyMap<string, number>): WeightSay | undefined {
  const number = check.kind === 'file' ? numbers.get(check.trackFile) : undefined
  if (check.kind !== 'file' || number === undefined) return undefined
  const outcome = judgeFile(check, number)
  const say = outcome.kind === 'success' ? sayOf(outcome.weight) : 'none'
  return say === 'none' ? undefined : say
}
