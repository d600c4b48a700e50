/**
 * Transcripts: a file of commands with what the engine answers below each one,
 * indented. The answers are read by people and compared as text.
 *
 *   router V1 priority 100 vrid 1 link eth0 interval 1 nopreempt preempt-delay 5 …
 *   track V1 script chk weight -20 reverse
 *   group G V1 V2
 *   start
 *   at 3.5                          deadlines on the way are met at their instant
 *   asleep until 9                  none is: what comes next is read first
 *   advert V1 150 from 10.9.0.2 arrived 1.5 interval 0.5 addresses 10.9.0.101
 *   rejected V1 checksum from 10.9.0.2
 *   link eth0 down                  (or up, missing, unaddressed)
 *   script chk down                 (or up, pending, disabled)
 *   file tf -10
 *   lost V1 10.9.0.101/24 on eth0
 *   drain V1 V2                     (or resume V1 V2, or resume V1 unserved V1 V2)
 *   stop
 *   show
 *
 * A command that names no time happens at the current one.
 */

import type { Ipv4Address } from '../../src/base/address.ts'
import { between, seconds, toSeconds, type Instant } from '../../src/base/time.ts'
import type { LinkFact } from '../../src/vrrp/conditions.ts'
import type { Tracker, Verdict, VirtualRouter } from '../../src/vrrp/election/state.ts'
import {
  createEngine,
  nextDeadline,
  stepEngine,
  type Engine,
  type EngineEvent,
} from '../../src/vrrp/engine.ts'
import { at, ip, makeRouter, makeFacts } from './kit.ts'
import { readRouter } from './transcript-router.ts'
import { tellEffect, tellRecord } from './transcript-text.ts'

/** @returns the same commands with today's answers */
export function answer(text: string): string {
  const session = new Session()
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith(' '))
    .flatMap((line) => [line, ...session.run(line)])
  return lines.join('\n')
}

class Session {
  private readonly routers = new Map<string, VirtualRouter>()
  private readonly groups: { name: string; members: string[] }[] = []
  private readonly links = new Map<string, LinkFact>()
  private readonly scripts = new Map<string, Verdict>()
  private engine: Engine | undefined
  private now: Instant = at(0)
  private asleep = false

  run(line: string): string[] {
    const [command = '', ...words] = line.trim().split(/\s+/)
    if (command === '' || command.startsWith('#')) return []
    switch (command) {
      case 'router':
        return this.router(words)
      case 'track':
        return this.track(words)
      case 'group': {
        const [name = '', ...members] = words
        this.groups.push({ name, members })
        return []
      }
      case 'start':
        this.engine = createEngine(this.setup(), this.now)
        return this.happens({ type: 'start' })
      case 'at':
        return this.advance(at(Number(words[0])))
      case 'asleep':
        this.asleep = true
        this.now = at(Number(words[1]))
        return []
      case 'show':
        return [...this.started().routers.values()].map((record) => `  ${tellRecord(record)}`)
      default:
        return this.event(command, words)
    }
  }

  private setup() {
    return {
      routers: [...this.routers.values()],
      groups: this.groups,
      facts: makeFacts({ links: this.links, scripts: this.scripts }),
    }
  }

  private started(): Engine {
    if (this.engine === undefined) throw new Error('say start first')
    return this.engine
  }

  private router([name = '', ...words]: string[]): string[] {
    const router = readRouter(makeRouter({ vrid: this.routers.size + 1, name }), words)
    this.routers.set(name, router)
    if (!this.links.has(router.link))
      this.links.set(router.link, { up: true, source: ownAddress(router.link) })
    return []
  }

  private track([name = '', kind, tracked = '', ...words]: string[]): string[] {
    const router = this.routers.get(name)
    if (!router || !isTrackable(kind)) throw new Error('track ROUTER script NAME')
    const weight = words.includes('weight') ? Number(words[words.indexOf('weight') + 1]) : 0
    const tracker: Tracker = { kind, name: tracked, weight, reverse: words.includes('reverse') }
    this.routers.set(name, { ...router, trackers: [...router.trackers, tracker] })
    return []
  }

  private event(command: string, words: string[]): string[] {
    const event = this.readEvent(command, words)
    if (this.engine !== undefined) return this.happens(event)
    if (event.type === 'script') this.scripts.set(event.name, event.verdict)
    else if (event.type === 'link' && event.fact) this.links.set(event.name, event.fact)
    else if (event.type === 'link') this.links.delete(event.name)
    else throw new Error('say start first')
    return []
  }

  private readEvent(command: string, [subject = '', ...words]: string[]): EngineEvent {
    switch (command) {
      case 'stop':
        return { type: 'stop' }
      case 'advert':
        return { type: 'advert', router: subject, advert: this.readAdvert(subject, words) }
      case 'rejected': {
        const [reason = '', , source = ''] = words
        return { type: 'rejected', router: subject, reason, source: ip(source), text: reason }
      }
      case 'link':
        return { type: 'link', name: subject, fact: this.readLink(subject, words[0]) }
      case 'script':
        return { type: 'script', name: subject, verdict: words[0] as Verdict }
      case 'drain':
        return { type: 'drain', routers: [subject, ...words] }
      case 'resume': {
        const names = [subject, ...words]
        const end = names.includes('unserved') ? names.indexOf('unserved') : names.length
        return { type: 'resume', routers: names.slice(0, end), unserved: new Set(names.slice(end + 1)) }
      }
      case 'file':
        return { type: 'file', name: subject, number: Number(words[0]) }
      case 'process':
        return { type: 'process', name: subject, verdict: words[0] as Verdict }
      case 'lost':
        return { type: 'address-lost', router: subject, address: words.join(' ') }
      default:
        throw new Error(`no such command: ${command}`)
    }
  }

  private readAdvert(router: string, words: string[]) {
    const after = (word: string): string | undefined =>
      words.includes(word) ? words[words.indexOf(word) + 1] : undefined
    const arrived = after('arrived')
    const interval = after('interval')
    const listed = words.includes('addresses') ? words.slice(words.indexOf('addresses') + 1) : undefined
    return {
      priority: Number(words[0]),
      source: ip(after('from') ?? '10.9.0.2'),
      arrivedAt: arrived === undefined ? this.now : at(Number(arrived)),
      ...(interval !== undefined && { interval: seconds(Number(interval)) }),
      addresses: listed?.map(ip) ?? this.routers.get(router)?.addresses ?? [],
    }
  }

  private readLink(name: string, word: string | undefined): LinkFact | undefined {
    switch (word) {
      case 'up':
        return { up: true, source: ownAddress(name) }
      case 'down':
        return { up: false, source: ownAddress(name) }
      case 'unaddressed':
        return { up: true, source: undefined }
      case 'missing':
        return undefined
      default:
        throw new Error(`link ${name} up, down, unaddressed or missing`)
    }
  }

  private advance(until: Instant): string[] {
    const lines: string[] = []
    if (this.asleep) lines.push(...this.wake())
    for (let due = this.due(until); due !== undefined; due = this.due(until)) {
      this.now = due > this.now ? due : this.now
      lines.push(...this.happens({ type: 'alarm' }))
    }
    this.now = until
    return lines
  }

  private wake(): string[] {
    this.asleep = false
    return this.happens({ type: 'alarm' })
  }

  private due(until: Instant): Instant | undefined {
    const deadline = this.engine && nextDeadline(this.engine)
    return deadline !== undefined && deadline <= until ? deadline : undefined
  }

  private happens(event: EngineEvent): string[] {
    const { engine, effects } = stepEngine(this.started(), event, this.now)
    this.engine = engine
    const time = toSeconds(between(at(0), this.now)).toFixed(6)
    return effects.map((effect) => `  ${time}  ${tellEffect(effect)}`)
  }
}

const ownAddress = (link: string): Ipv4Address => ip(link === 'eth0' ? '10.9.0.1' : '10.8.0.1')

const isTrackable = (kind: string | undefined): kind is Tracker['kind'] =>
  kind === 'script' || kind === 'interface' || kind === 'file' || kind === 'process'
