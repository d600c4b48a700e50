/**
 * Transcripts: a file of commands with what the director does below each one, indented, over a kernel that is a value.
 * The answers are read by people and compared as text.
 *
 *   globals notify-at-start flush flush-on-stop all timeouts 100 sync eth0 instance
 *   vs 10.8.0.100 80 quorum 2 hysteresis 1 sorry 10.9.0.99 sorry-inhibit omega ha-suspend lb wrr persistence 50
 *   vs mark 3 …                     (or: vs group G 10.8.0.100:80 10.8.0.101:80 …; udp for the protocol)
 *   rs 10.9.0.21 80 weight 3 inhibit dr upper 10 lower 20 check a alpha check b is other
 *   start [without a dump] [with 10.8.0.100 …]      the host's addresses
 *   up a [to 48 | by -3 | as configured]
 *   down a connect refused         (or: as configured, which is a weight)
 *   weight a to 48                  (or: by -3, as configured)
 *   address added 10.8.0.100
 *   vrrp master                     (or: backup)
 *   reload [without a dump] [with 10.8.0.100 …]    what vs and rs have said since the last start or reload
 *   respawn, restart                another process, with the snapshot; the file as for reload
 *   repair
 *   stop [keep]
 *   by hand weight 10.8.0.100:tcp:80 10.9.0.21:80 7     (or: remove, add, remove SERVICE, clear)
 *   refuse EINVAL 10.9.0.99:80      from now on the kernel does; refuse nothing
 *   table, show
 */

import type { IpAddress } from '../../src/base/address.ts'
import { toSeconds, between, type Instant } from '../../src/base/time.ts'
import type { DirectorConfiguration, Globals, VirtualServer } from '../../src/director/configuration.ts'
import { createDirector, stepDirector } from '../../src/director/engine.ts'
import { destinationText, serviceText } from '../../src/director/keys.ts'
import { phaseOf } from '../../src/director/real-server.ts'
import { readSnapshot, snapshotOf } from '../../src/director/snapshot.ts'
import type { Director, DirectorEffect, DirectorEvent } from '../../src/director/state.ts'
import { isSorry } from '../../src/director/virtual-server.ts'
import type { WeightSay } from '../../src/director/weights.ts'
import type { IpvsChange, Timeouts } from '../../src/netlink/ipvs/types.ts'
import type { Refusal } from '../../src/netlink/types.ts'
import { at, configuration, destination, ip } from './kit.ts'
import { apply, dump, emptyKernel, tell, type ModelKernel } from './model-kernel.ts'
import { readGlobals, readRealServer, readVirtualServer } from './transcript-file.ts'
import { tellEffect } from './transcript-text.ts'

/** @returns the same commands with today's answers */
export function answer(text: string): string {
  const session = new Session()
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .flatMap((line) => [line, ...session.run(line).map((each) => `  ${each}`)])
  return lines.join('\n')
}

class Session {
  private globals: Partial<Globals> = {}
  private virtualServers: VirtualServer[] = []
  private file: DirectorConfiguration = configuration([])
  private director: Director | undefined
  private kernel: ModelKernel = emptyKernel
  private refusing: { code: string; subject: string } | undefined
  private timeouts: Timeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 }
  private now: Instant = at(0)

  run(line: string): string[] {
    const [command = '', ...words] = line.trim().split(/\s+/)
    if (command === '' || command.startsWith('#')) return []
    switch (command) {
      case 'globals':
        this.globals = readGlobals(words)
        return []
      case 'vs':
        this.virtualServers.push(readVirtualServer(words))
        return []
      case 'rs': {
        const block = this.virtualServers.pop()
        if (block === undefined) throw new Error('say vs first')
        this.virtualServers.push({ ...block, realServers: [...block.realServers, readRealServer(words)] })
        return []
      }
      case 'at':
        this.now = at(Number(words[0]))
        return []
      case 'by':
        this.byHand(words.slice(1))
        return []
      case 'refuse':
        this.refusing = words[1] === undefined ? undefined : { code: words[0] ?? '', subject: words[1] }
        return []
      case 'table':
        return [...tell(this.kernel)]
      case 'show':
        return show(this.started())
      case 'start':
      case 'respawn':
      case 'restart':
        return this.begin(command, words)
      default:
        return this.happens(this.readEvent(command, words))
    }
  }

  private started(): Director {
    if (this.director === undefined) throw new Error('say start first')
    return this.director
  }

  /** What was said since the last time; as before when nothing was. */
  private readFile(): DirectorConfiguration {
    if (this.virtualServers.length > 0) this.file = configuration(this.virtualServers, this.globals)
    this.virtualServers = []
    return this.file
  }

  private begin(command: 'start' | 'respawn' | 'restart', words: string[]): string[] {
    const snapshot =
      this.director && readSnapshot(JSON.parse(JSON.stringify(snapshotOf(this.director))) as unknown)
    this.director = createDirector(this.readFile())
    return this.happens({
      type: 'start',
      table: words.includes('without') ? undefined : dump(this.kernel),
      timeouts: this.timeouts,
      addresses: addressesIn(words),
      ...(command !== 'start' && snapshot && { adopted: { snapshot, from: command } }),
    })
  }

  private readEvent(command: string, words: string[]): DirectorEvent {
    const [subject = '', ...rest] = words
    switch (command) {
      case 'up':
        return {
          type: 'verdict',
          checker: subject,
          up: true,
          ...(rest.length > 0 && { weight: readSay(rest) ?? 'none' }),
        }
      case 'down':
        return rest.join(' ') === 'as configured'
          ? { type: 'verdict', checker: subject, up: false, weight: 'none' }
          : { type: 'verdict', checker: subject, up: false, reason: rest.join(' ') }
      case 'weight':
        return { type: 'weight', checker: subject, say: readSay(rest) }
      case 'address':
        return {
          type: 'address',
          change: subject === 'added' ? 'added' : 'removed',
          address: ip(rest[0] ?? ''),
        }
      case 'vrrp':
        return { type: 'vrrp', master: subject === 'master' }
      case 'reload':
        return {
          type: 'reconfigure',
          configuration: this.readFile(),
          table: words.includes('without') ? undefined : dump(this.kernel),
          addresses: addressesIn(words),
        }
      case 'repair':
        return { type: 'repair', table: dump(this.kernel) }
      case 'stop':
        return { type: 'stop', keepTable: subject === 'keep' }
      default:
        throw new Error(`no such command: ${command}`)
    }
  }

  private happens(event: DirectorEvent): string[] {
    const { director, effects } = stepDirector(this.started(), event, this.now)
    this.director = director
    const lines = effects.flatMap((effect) => tellEffect(effect))
    const outcomes = effects.filter(({ type }) => type === 'ipvs').map((effect) => this.perform(effect))
    return [...lines, ...outcomes.flatMap((outcome) => (outcome ? this.happens(outcome) : []))]
  }

  private perform(effect: DirectorEffect): DirectorEvent | undefined {
    if (effect.type !== 'ipvs') return undefined
    const refusals: (Refusal | undefined)[] = []
    for (const change of effect.changes) {
      const refused = this.refuses(change)
      if (change.type === 'set-timeouts') this.timeouts = { ...this.timeouts, ...change.timeouts }
      const outcome = refused ? undefined : apply(this.kernel, [change])
      if (outcome) this.kernel = outcome.kernel
      refusals.push(refused ?? outcome?.refusals[0])
    }
    return { type: 'outcomes', changes: effect.changes, refusals }
  }

  private refuses(change: IpvsChange): Refusal | undefined {
    if (this.refusing === undefined) return undefined
    const { code, subject } = this.refusing
    const isMeant =
      'destination' in change
        ? destinationText('key' in change.destination ? change.destination.key : change.destination) ===
          subject
        : 'service' in change && serviceText(change.service.key) === subject
    return isMeant ? { errno: 22, code, text: 'Invalid argument' } : undefined
  }

  /** As ipvsadm would: weight, remove, add, clear. */
  private byHand([what = '', serviceName = '', server = '', weight = '1']: string[]): void {
    if (what === 'clear') {
      this.kernel = emptyKernel
      return
    }
    const found = dump(this.kernel).find(({ service }) => serviceText(service.key) === serviceName)
    if (found === undefined) throw new Error(`no service ${serviceName}`)
    const { key } = found.service
    const former = found.destinations.find((each) => destinationText(each.key) === server)
    const [address = '', port = ''] = server.split(':')
    const change: IpvsChange =
      what === 'remove' && server === ''
        ? { type: 'delete-service', key }
        : what === 'remove' && former
          ? { type: 'delete-destination', key, destination: former.key }
          : former
            ? { type: 'edit-destination', key, destination: { ...former, weight: Number(weight) } }
            : { type: 'add-destination', key, destination: destination(`${address} ${port}`) }
    this.kernel = apply(this.kernel, [change]).kernel
  }
}

const addressesIn = (words: string[]): readonly IpAddress[] =>
  words.includes('with') ? words.slice(words.indexOf('with') + 1).map(ip) : []

function readSay([how, value]: string[]): WeightSay | undefined {
  if (how === 'to') return { kind: 'absolute', weight: Number(value) }
  return how === 'by' ? { kind: 'relative', by: Number(value) } : undefined
}

function show({ virtualServers, services, setup }: Director): string[] {
  const time = (since: Instant): string => `${toSeconds(between(at(0), since))}`
  const blocks = virtualServers.flatMap((state) => [
    `${state.block.name} quorum ${state.quorum} since ${time(state.since)}, sum ${state.sum}${isSorry(state) ? ', sorry' : ''}${state.active ? '' : ', suspended'}`,
    ...state.servers.map(
      (each) =>
        `  ${each.server.name} ${phaseOf(each)} since ${time(each.since)}${each.reason === undefined ? '' : ` (${each.reason})`}, weight ${each.weight}`,
    ),
  ])
  const troubles = services.flatMap(({ lost, refused }, position) => [
    ...(lost ? [`lost ${setup.services[position]?.text}`] : []),
    ...[...refused].map(([what, code]) => `refused ${setup.services[position]?.text} ${what} ${code}`),
  ])
  return [...blocks, ...troubles]
}
