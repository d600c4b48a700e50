/** LoadBalancing as blocks of a keepalived.conf, in which everything stands where it holds. */

import { type Duration, seconds } from '../../../base/time.ts'
import { asWord, block, inSeconds, nothing, type Printers, printFields, when } from '../../values/printing.ts'
import { commandLine } from '../../values/command.ts'
import { lvsLines } from '../global-defs/ipvs.ts'
import { endpointWords, familyOf } from './endpoint.ts'
import { forwardingWords, MASQUERADE } from './forwarding.ts'
import { groupBlock, membersOf } from './group.ts'
import { namesOf } from './http.ts'
import type {
  Family,
  Forwarding,
  GroupMember,
  LoadBalancing,
  SorryServer,
  Target,
  VirtualServer,
} from './load-balancing.ts'
import { persistenceLines } from './persistence.ts'
import { realServerLines } from './real-server.ts'
import { sslBlock } from './ssl.ts'

/** A block each. */
export function loadBalancingBlocks({
  globals,
  ssl,
  virtualServers,
}: LoadBalancing): readonly (readonly string[])[] {
  const { ipvsNamespace } = globals
  return [
    ipvsNamespace === undefined ? [] : [`net_namespace_ipvs ${asWord(ipvsNamespace)}`],
    block('global_defs', lvsLines(globals)),
    ssl === undefined ? [] : sslBlock(ssl),
    ...groupBlocks(virtualServers),
    ...virtualServers.map(virtualServerBlock),
  ]
}

/** Marks without a family can differ where several virtual servers use one group: they are printed without, too. */
function groupBlocks(servers: readonly VirtualServer[]): readonly (readonly string[])[] {
  const uses = new Map<string, { members: readonly GroupMember[]; isPlain: boolean }>()
  for (const { target, realServers } of servers) {
    if (target.kind !== 'group') continue
    const own = familyOfServers(realServers)
    const entries = target.members.map((member) => (member.kind === 'mark' ? { mark: member.mark } : member))
    const plain = membersOf({ name: target.name, entries }, own ?? 'ipv4')
    // A group of both families has none to give to a mark.
    const families = new Set(
      target.members.map((member) => (member.kind === 'mark' ? undefined : familyOf(member.address))),
    )
    const isMixed = families.has('ipv4') && families.has('ipv6')
    const isPlain = !isMixed && JSON.stringify(plain) === JSON.stringify(target.members)
    const earlier = uses.get(target.name)
    const isSame = earlier === undefined || JSON.stringify(earlier.members) === JSON.stringify(target.members)
    uses.set(target.name, { members: target.members, isPlain: isPlain || !isSame })
  }
  return [...uses].map(([name, { members, isPlain }]) => groupBlock(name, members, isPlain))
}

/** Of the first that no tunnel leads to. */
function familyOfServers(servers: VirtualServer['realServers']): Family | undefined {
  const direct = servers.find(({ forwarding: { method } }) => method !== 'tunnel')
  return direct && familyOf(direct.address)
}

const USUAL_LOOP = seconds(60)

function virtualServerBlock(server: VirtualServer): readonly string[] {
  const { target, realServers } = server
  const forwarding = realServers[0]?.forwarding ?? MASQUERADE
  const delayLoop = delayLoopOf(server)
  const port = target.kind === 'address' ? target.port : 0
  const family = familyOfTarget(server)
  const printers: Printers<VirtualServer> = {
    span: nothing,
    target: (target) => targetLines(target, family),
    scheduler: (name) => [`lb_algo ${name}`, `lb_kind ${forwardingWords(forwarding)}`],
    schedulerFlags: ({ flag1, flag2, flag3 }) => [
      ...when(flag1, 'flag-1'),
      ...when(flag2, 'flag-2'),
      ...when(flag3, 'flag-3'),
    ],
    onePacket: (on) => when(on, 'ops'),
    persistence: (persistence) => persistenceLines(persistence, family),
    omega: (on) => when(on, 'omega'),
    haSuspend: (on) => when(on, 'ha_suspend'),
    quorum: (quorum) => when(quorum !== 1, `quorum ${quorum}`),
    hysteresis: (hysteresis) => when(hysteresis !== 0, `hysteresis ${hysteresis}`),
    quorumUp: (command) => [commandLine('quorum_up', command)],
    quorumDown: (command) => [commandLine('quorum_down', command)],
    smtpAlert: (on) => when(on, 'smtp_alert'),
    sorryServer: (sorry) => sorryLines(sorry, forwarding),
    realServers: (servers) => servers.flatMap((one) => realServerLines(one, { forwarding, delayLoop, port })),
  }
  return block(`virtual_server ${targetWords(target)}`, [
    ...when(delayLoop !== USUAL_LOOP, `delay_loop ${inSeconds(delayLoop)}`),
    ...hostLines(server),
    ...printFields(printers, server),
  ])
}

/** Misc checks can have it as their timeout, with a fraction that misc_timeout has not. */
function delayLoopOf({ realServers }: VirtualServer): Duration {
  for (const { checkers } of realServers)
    for (const check of checkers)
      if (check.kind === 'misc' && !/^\d{1,9}$/.test(inSeconds(check.timeout))) return check.timeout
  return USUAL_LOOP
}

function hostLines({ realServers }: VirtualServer): readonly string[] {
  const checks = realServers.flatMap(({ checkers }) => checkers.filter((check) => check.kind === 'http'))
  const host = namesOf(checks).virtualServerHost
  return host === undefined ? [] : [`virtualhost ${asWord(host)}`]
}

/** As a file without ip_family has it. */
function familyOfTarget({ target, realServers }: VirtualServer): Family {
  if (target.kind === 'address') return familyOf(target.address)
  if (target.kind === 'mark') return target.family
  const [member] = target.members
  return familyOfServers(realServers) ?? (member && familyOfMember(member)) ?? 'ipv4'
}

const familyOfMember = (member: GroupMember): Family =>
  member.kind === 'mark' ? member.family : familyOf(member.address)

function targetWords(target: Target): string {
  if (target.kind === 'address') return endpointWords(target)
  return target.kind === 'mark' ? `fwmark ${target.mark}` : `group ${asWord(target.name)}`
}

function targetLines(target: Target, family: Family): readonly string[] {
  if (target.kind === 'mark') return [`ip_family ${family === 'ipv4' ? 'inet' : 'inet6'}`]
  return [`protocol ${target.protocol.toUpperCase()}`]
}

const sorryLines = (sorry: SorryServer, forwarding: Forwarding): readonly string[] => {
  const words = forwardingWords(sorry.forwarding)
  return [
    `sorry_server ${endpointWords(sorry)}`,
    ...when(words !== forwardingWords(forwarding), `sorry_server_lvs_method ${words}`),
    ...when(sorry.inhibit, 'sorry_server_inhibit'),
  ]
}
