/** The probes of a host: each check by the one that can ask it. */

import { createHash } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { accepted, rejected, type Result } from '../../base/result.ts'
import type { Clock } from '../../base/time.ts'
import type { Prober, Running } from '../checkers.ts'
import { tcpConversation } from '../conversation.ts'
import { dnsExchange } from '../dns.ts'
import { HttpConversation, requestOf } from '../http.ts'
import type { Hash } from '../http-answer.ts'
import { pingExchange } from '../ping.ts'
import { compileRegex } from '../regex.ts'
import type { NoResultReason } from '../reason.ts'
import type { Deadlines } from '../schedule.ts'
import { SmtpConversation } from '../smtp.ts'
import { noResult, type HttpCheck, type Outcome, type TimedCheck, type UrlCheck } from '../types.ts'
import { udpExchange } from '../udp.ts'
import { startDatagrams, type OpenDatagrams } from './datagrams.ts'
import { startProgram, type ProgramLauncher } from './programs.ts'
import { startStream, type OpenStream, type StreamWorld } from './stream.ts'

/** The block `SSL {}`: the contents of its files. */
export interface TlsClient {
  readonly certificate: Uint8Array | undefined
  readonly key: Uint8Array | undefined
  readonly password: string | undefined
}

export interface ProbeWorld {
  readonly clock: Clock
  readonly deadlines: Deadlines
  /** 0 ≤ random < 1; for ids. */
  readonly random: () => number
  readonly launcher: ProgramLauncher
  readonly environment: Readonly<Record<string, string>>
  /** By createTlsContext; until there is another one. */
  readonly tls: SecureContext
  readonly openDatagrams: OpenDatagrams
  /** For TCP with fwmark or bind_if. */
  readonly openStream: OpenStream
}

/** For all SSL_GETs together. Errors are OpenSSL's words, without the password. */
export function createTlsContext(client: TlsClient | undefined): Result<SecureContext, string> {
  const { certificate, key, password } = client ?? {}
  try {
    return accepted(
      createSecureContext({
        ...(certificate === undefined ? {} : { cert: Buffer.from(certificate) }),
        ...(key === undefined ? {} : { key: Buffer.from(key) }),
        ...(password === undefined ? {} : { passphrase: password }),
      }),
    )
  } catch (error) {
    return rejected(error instanceof Error ? error.message : String(error))
  }
}

/** Of a request that is the same each time, what does not change. */
interface Prepared {
  readonly request: Uint8Array
  readonly regex: Result<RegExp, string> | undefined
}

const READ_BYTES = 65_536

export class Probes implements Prober {
  readonly #world: ProbeWorld
  readonly #stream: StreamWorld
  readonly #prepared = new WeakMap<HttpCheck, Prepared[]>()
  #tls: SecureContext

  constructor(world: ProbeWorld) {
    this.#world = world
    this.#tls = world.tls
    this.#stream = {
      clock: world.clock,
      deadlines: world.deadlines,
      buffer: new Uint8Array(READ_BYTES),
      openStream: world.openStream,
    }
  }

  /** @param tls by createTlsContext; for what begins from now on */
  useTls(tls: SecureContext): void {
    this.#tls = tls
  }

  start(check: TimedCheck, url: number, done: (outcome: Outcome) => void): Running {
    if (check.kind === 'misc') return startProgram(this.#world, check, done)
    const { connection } = check
    switch (check.kind) {
      case 'tcp':
        return startStream(this.#stream, connection, undefined, tcpConversation, done)
      case 'smtp': {
        const talk = new SmtpConversation(check.heloName, connection.connectTimeout)
        return startStream(this.#stream, connection, undefined, talk, done)
      }
      case 'http':
        return this.#startHttp(check, url, done)
      case 'dns': {
        const id = this.#sixteenBits()
        return startDatagrams(this.#world, 'udp', connection, dnsExchange(check, id), done)
      }
      case 'udp':
        return startDatagrams(this.#world, 'udp', connection, udpExchange(check), done)
      case 'ping':
        return startDatagrams(this.#world, 'icmp', connection, pingExchange(check, this.#sixteenBits()), done)
    }
  }

  #sixteenBits(): number {
    return Math.floor(this.#world.random() * 65_536)
  }

  #startHttp(check: HttpCheck, index: number, done: (outcome: Outcome) => void): Running {
    const url = check.urls[index] ?? check.urls[0]
    const { connection } = check
    const { request, regex } = this.#prepare(check, url, index)
    if (regex?.ok === false) return nothing({ kind: 'regex', text: regex.error }, done)
    const hash = url.digest === undefined ? undefined : createMd5()
    if (hash?.ok === false) return nothing({ kind: 'md5', text: hash.error }, done)
    const talk = new HttpConversation(
      { request, url, regex: regex?.value, connectTimeout: connection.connectTimeout },
      hash?.value,
    )
    const tls = check.tls ? { serverName: url.serverName, context: this.#tls } : undefined
    return startStream(this.#stream, connection, tls, talk, done)
  }

  #prepare(check: HttpCheck, url: UrlCheck, index: number): Prepared {
    const all = this.#prepared.get(check) ?? []
    this.#prepared.set(check, all)
    return (all[index] ??= {
      request: requestOf(check.protocol, url, check.connection.target),
      regex: url.regex === undefined ? undefined : compileRegex(url.regex),
    })
  }
}

function nothing(reason: NoResultReason, done: (outcome: Outcome) => void): Running {
  done(noResult(reason))
  return { cancel: () => {} }
}

/** An error, in OpenSSL's words, where it has no MD5 (FIPS mode). */
export function createMd5(): Result<Hash, string> {
  try {
    const hash = createHash('md5')
    return accepted({ update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') })
  } catch (error) {
    return rejected(error instanceof Error ? error.message : String(error))
  }
}
