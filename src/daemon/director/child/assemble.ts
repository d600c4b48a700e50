/**
 * The configuration's load balancing → what the director and the checkers want to know of it, joined by the checkers'
 * keys. The only place that knows the words of all three. Pure.
 */

import { formatIp } from '../../../base/address.ts'
import type {
  Checker,
  LoadBalancing,
  LvsGlobals,
  MiscChecker,
  RealServer,
  SyncDaemonDefinition,
  VirtualServer,
} from '../../../config/blocks/virtual-server/load-balancing.ts'
import type { Command } from '../../../config/values/command.ts'
import { questionOf, type Wanted } from '../../../checkers/sharing.ts'
import type { Check } from '../../../checkers/types.ts'
import type { CheckedNames } from '../../../checkers/words.ts'
import type * as director from '../../../director/configuration.ts'
import { destinationText, serviceText } from '../../../director/keys.ts'
import { setUp, suspendingAddress, type Block } from '../../../director/setup.ts'
import type { Script } from '../../../scripts/types.ts'
import { checkOf, firstSay, miscCheckOf } from './assemble-check.ts'

export interface AssembledDirector {
  readonly configuration: director.DirectorConfiguration
  /** Of `configuration` made ready: keepalived's names of all virtual and real servers. */
  readonly blocks: readonly Block[]
  /**
   * By the keys of the checkers in `configuration`; of a server that stands twice in its block, which the director has
   * once, those of the first. With ha_suspend the scope is the virtual address. keepalived clears ha_suspend of a
   * firewall mark, and a group's checkers never run with it (measured, 2.2.7); here both run.
   */
  readonly checks: ReadonlyMap<string, Wanted>
  /** As `checks`. */
  readonly names: ReadonlyMap<string, CheckedNames>
  /** As `checks`: the weights of their servers, for weightDelta. */
  readonly configuredWeights: ReadonlyMap<string, number>
  /** Names of the track_files that FILE_CHECKs look at. */
  readonly trackFiles: ReadonlySet<string>
  /** By programKey, of what the director has run. */
  readonly scriptOfProgram: ReadonlyMap<string, Script>
  /** What is left out, and counts as up: a line for each, for the log. */
  readonly notices: readonly string[]
}

/** What is found out elsewhere. */
export interface Scripts {
  /** Asked for each of commandsOf, and for no other. */
  scriptOf(command: Command): Script
  /** A short text for a long one, such as fingerprints are. Absent: they stay as they are. */
  digest?(text: string): string
}

/**
 * A checker's key is its place in the configuration: virtual server, real server, position. An unchanged file gives the
 * same ones.
 *
 * @param numbers that track_files have, by name: FILE_CHECKs begin with them
 */
export function assembleDirector(
  loadBalancing: LoadBalancing,
  scripts: Scripts,
  numbers: ReadonlyMap<string, number> = new Map(),
): AssembledDirector {
  const translated = new Map<director.RealServer, Translated>()
  const virtualServers = withKeys(loadBalancing.virtualServers, virtualServerText, '').map(
    ([virtualServer, key]) => {
      const realServers = withKeys(virtualServer.realServers, destinationText, `${key} `).map(
        ([realServer, serverKey]) => {
          const checkers = translateCheckers(realServer, serverKey, scripts)
          const server = realServerOf(realServer, checkers.asked, numbers, scripts)
          translated.set(server, checkers)
          return server
        },
      )
      return virtualServerOf(virtualServer, realServers)
    },
  )
  const configuration = { virtualServers, globals: globalsOf(loadBalancing.globals) }
  const { blocks } = setUp(configuration)
  return {
    configuration,
    blocks,
    ...tablesOf(blocks, translated),
    scriptOfProgram: new Map(
      notifyCommands(loadBalancing).map((command) => [
        programKey(programOf(command)),
        scripts.scriptOf(command),
      ]),
    ),
  }
}

/** Every command, for whoever examines them: notify_up, notify_down, quorum_up, quorum_down, and of MISC_CHECKs. */
export const commandsOf = (loadBalancing: LoadBalancing): readonly Command[] => [
  ...notifyCommands(loadBalancing),
  ...loadBalancing.virtualServers
    .flatMap(({ realServers }) => realServers.flatMap(({ checkers }) => checkers))
    .flatMap((checker) => (checker.kind === 'misc' ? [checker.command] : [])),
]

/** Equal for what is run alike. */
export const programKey = ({ argv, user, group }: director.Program): string =>
  JSON.stringify([argv, user, group])

const notifyCommands = ({ virtualServers }: LoadBalancing): readonly Command[] =>
  virtualServers
    .flatMap(({ quorumUp, quorumDown, realServers }) => [
      quorumUp,
      quorumDown,
      ...realServers.flatMap(({ notifyUp, notifyDown }) => [notifyUp, notifyDown]),
    ])
    .filter((command) => command !== undefined)

/** The second with the same text is told apart by its number. */
function withKeys<T>(
  all: readonly T[],
  textOf: (each: T) => string,
  prefix: string,
): readonly (readonly [T, string])[] {
  const seen = new Map<string, number>()
  return all.map((each) => {
    const text = prefix + textOf(each)
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    return [each, count === 1 ? text : `${text} (${count})`]
  })
}

const virtualServerText = ({ target }: VirtualServer): string =>
  target.kind === 'group' ? `group ${JSON.stringify(target.name)}` : serviceText(target)

interface Asked {
  readonly key: string
  readonly check: Check
}

interface Translated {
  readonly asked: readonly Asked[]
  /** Why others are not, when it is known how keepalived calls their server. */
  readonly leftOut: readonly ((names: CheckedNames) => string)[]
}

function translateCheckers({ checkers }: RealServer, serverKey: string, scripts: Scripts): Translated {
  const asked: Asked[] = []
  const leftOut: ((names: CheckedNames) => string)[] = []
  for (const [position, checker] of checkers.entries()) {
    const check = translateChecker(checker, scripts)
    if (typeof check === 'function') leftOut.push(check)
    else asked.push({ key: `${serverKey} ${position + 1}`, check })
  }
  return { asked, leftOut }
}

function translateChecker(checker: Checker, scripts: Scripts): Check | ((names: CheckedNames) => string) {
  switch (checker.kind) {
    case 'bfd':
      return ({ realServer, virtualServer }) =>
        `BFD_CHECK ${checker.name} of ${realServer} of VS ${virtualServer}: vrrpd does not speak BFD; it counts as up`
    case 'misc': {
      const script = scripts.scriptOf(checker.command)
      return script.kind === 'runnable'
        ? miscCheckOf(checker, script.spec)
        : (names) => disabledText(checker, script, names)
    }
    default:
      return checkOf(checker)
  }
}

/** Begins as keepalived's sentence does. */
function disabledText(
  { command }: MiscChecker,
  { reason, text }: Extract<Script, { kind: 'disabled' }>,
  { realServer, virtualServer }: CheckedNames,
): string {
  const why = reason === 'not-found' || reason === 'inaccessible' ? ' since not found/accessible' : ''
  const words = command.argv.map((word) => `'${word}'`).join(' ')
  return `Disabling misc script ${words}${why} (${text}): MISC_CHECK of ${realServer} of VS ${virtualServer} counts as up`
}

/** Positions in the tables follow the blocks: their servers are the ones that are served. */
function tablesOf(
  blocks: readonly Block[],
  translated: ReadonlyMap<director.RealServer, Translated>,
): Pick<AssembledDirector, 'checks' | 'names' | 'configuredWeights' | 'trackFiles' | 'notices'> {
  const checks = new Map<string, Wanted>()
  const names = new Map<string, CheckedNames>()
  const configuredWeights = new Map<string, number>()
  const trackFiles = new Set<string>()
  const notices: string[] = []
  for (const block of blocks) {
    const suspending = suspendingAddress(block.definition)
    const scope = suspending === undefined ? '' : formatIp(suspending)
    for (const { name, definition } of block.servers) {
      const named = { realServer: name, virtualServer: block.name }
      const { asked = [], leftOut = [] } = translated.get(definition) ?? {}
      for (const { key, check } of asked) {
        checks.set(key, { check, scope, initial: isAlpha(check) ? 'down' : 'up' })
        names.set(key, named)
        configuredWeights.set(key, definition.weight)
        if (check.kind === 'file') trackFiles.add(check.trackFile)
      }
      notices.push(...leftOut.map((notice) => notice(named)))
    }
  }
  return { checks, names, configuredWeights, trackFiles, notices }
}

const isAlpha = (check: Check): boolean => check.kind !== 'file' && check.alpha

function virtualServerOf(
  written: VirtualServer,
  realServers: readonly director.RealServer[],
): director.VirtualServer {
  const { target, scheduler, schedulerFlags, onePacket, persistence, omega, haSuspend } = written
  const { quorum, hysteresis, quorumUp, quorumDown, sorryServer } = written
  return {
    target,
    scheduler,
    schedulerFlags,
    onePacket,
    omega,
    haSuspend,
    quorum,
    hysteresis,
    ...(persistence && { persistence }),
    ...(quorumUp && { quorumUp: programOf(quorumUp) }),
    ...(quorumDown && { quorumDown: programOf(quorumDown) }),
    ...(sorryServer && { sorryServer }),
    realServers,
  }
}

function realServerOf(
  written: RealServer,
  asked: readonly Asked[],
  numbers: ReadonlyMap<string, number>,
  scripts: Scripts,
): director.RealServer {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold, inhibitOnFailure } = written
  const { notifyUp, notifyDown } = written
  // Each field by its name: of a copy made by `...` each one has a hidden class of its own (see policyOf).
  return {
    address,
    port,
    forwarding,
    weight,
    upperThreshold,
    lowerThreshold,
    inhibitOnFailure,
    ...(notifyUp && { notifyUp: programOf(notifyUp) }),
    ...(notifyDown && { notifyDown: programOf(notifyDown) }),
    checkers: asked.map(({ key, check }) => {
      const say = firstSay(check, numbers)
      const asks = questionOf(check)
      const fingerprint = scripts.digest?.(asks) ?? asks
      return { key, fingerprint, alpha: isAlpha(check), ...(say && { say }) }
    }),
  }
}

function globalsOf({
  flush,
  flushOnStop,
  timeouts,
  notifyAtStart,
  syncDaemon,
}: LvsGlobals): director.Globals {
  return {
    ...{ flush, flushOnStop, notifyAtStart },
    ...(timeouts && { timeouts }),
    ...(syncDaemon && { syncDaemon: syncDaemonOf(syncDaemon) }),
  }
}

const syncDaemonOf = ({ instance, ...daemon }: SyncDaemonDefinition): director.SyncDaemonDefinition => ({
  daemon,
  ...(instance !== undefined && { instance }),
})

const programOf = ({ argv, user }: Command): director.Program => ({
  argv,
  ...(user && { user: user.user, ...(user.group !== undefined && { group: user.group }) }),
})
