/**
 * HTTP_GET and SSL_GET: one request, one answer up to the end of the connection, and what it is worth.
 *
 * keepalived reads as long as something comes, in memory without a bound. Here an answer may have MAX_ANSWER_BYTES
 * (of which none are kept), one that a regex looks at MAX_SEARCHED_BYTES, and it has to end within ten times
 * connect_timeout, or a minute where that is longer: more is a failure with that reason. An answer that drips and ends
 * within that passes, as it does with keepalived. A header may have MAX_HEADER_BYTES; keepalived has no data from one of
 * 5,000.
 */

import { formatIp, isIpv4 } from '../base/address.ts'
import { after, longer, seconds, times, type Duration, type Instant } from '../base/time.ts'
import { done, type Conversation, type Progress } from './conversation.ts'
import { HttpAnswer, latin1, MAX_HEADER_BYTES, type Hash } from './http-answer.ts'
import type { FailureReason } from './reason.ts'
import { search } from './regex.ts'
import {
  failure,
  SUCCESS,
  type Endpoint,
  type HttpCheck,
  type Outcome,
  type StatusRange,
  type UrlCheck,
} from './types.ts'

export const MAX_ANSWER_BYTES = 16_777_216
export const MAX_SEARCHED_BYTES = 4_194_304

export const longestAnswer = (connectTimeout: Duration): Duration =>
  longer(times(connectTimeout, 10), seconds(60))

const endpointText = ({ address, port }: Endpoint): string =>
  isIpv4(address) ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`

/** keepalived's bytes (measured, 2.2.7, and genhash). */
export function requestOf(
  protocol: HttpCheck['protocol'],
  { path, host }: Pick<UrlCheck, 'path' | 'host'>,
  target: Endpoint,
): Uint8Array {
  const lines = [
    `GET ${path} HTTP/${protocol === '1.1' ? '1.1' : '1.0'}`,
    'User-Agent: KeepAliveClient',
    ...(protocol === '1.0' ? [] : ['Connection: close']),
    `Host: ${host ?? endpointText(target)}`,
  ]
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`)
}

export interface UrlRequest {
  readonly request: Uint8Array
  readonly url: UrlCheck
  /** Of `url.regex`, by compileRegex. */
  readonly regex: RegExp | undefined
  readonly connectTimeout: Duration
}

export class HttpConversation implements Conversation {
  readonly #request: UrlRequest
  readonly #answer: HttpAnswer
  /** For the regex alone. */
  #text = ''
  #endsBy: Instant | undefined

  /** @param hash a new MD5, where the URL has a digest */
  constructor(request: UrlRequest, hash: Hash | undefined) {
    this.#request = request
    this.#answer = new HttpAnswer(hash)
  }

  connected(now: Instant): Progress {
    const { request, connectTimeout } = this.#request
    this.#endsBy = after(now, longestAnswer(connectTimeout))
    return { done: false, send: request, waitUntil: after(now, connectTimeout) }
  }

  received(bytes: Uint8Array, now: Instant): Progress {
    this.#answer.add(bytes)
    if (this.#request.regex !== undefined) this.#text += latin1(bytes)
    const limit = this.#request.regex === undefined ? MAX_ANSWER_BYTES : MAX_SEARCHED_BYTES
    if (this.#answer.isOverlong)
      return done(failure({ kind: 'too-long', part: 'header', bytes: MAX_HEADER_BYTES }))
    if (this.#answer.length > limit) return done(failure({ kind: 'too-long', part: 'answer', bytes: limit }))
    const { connectTimeout } = this.#request
    if (this.#endsBy !== undefined && now >= this.#endsBy)
      return done(failure({ kind: 'endless', limit: longestAnswer(connectTimeout) }))
    return { done: false, waitUntil: after(now, connectTimeout) }
  }

  ended(): Progress {
    return done(this.#judge())
  }

  lost(error: string): Progress {
    return done(failure({ kind: 'connection-lost', stage: 'answer', error }))
  }

  timedOut(): Progress {
    const timeout = this.#request.connectTimeout
    return done(failure({ kind: 'read-timeout', stage: 'answer', timeout }))
  }

  #judge(): Outcome {
    const { url, regex } = this.#request
    const { header, length, bodyLength } = this.#answer
    if (header === undefined) return failure({ kind: 'no-data', received: length })
    const reason =
      checkStatus(header.status, url.statuses) ??
      checkDigest(this.#answer.digest(), url.digest) ??
      this.#checkRegex(regex)
    if (reason !== undefined) return failure(reason)
    const announced = header.contentLength
    return announced === undefined || announced === bodyLength
      ? SUCCESS
      : { kind: 'success', note: { kind: 'content-length', announced, received: bodyLength } }
  }

  #checkRegex(regex: RegExp | undefined): FailureReason | undefined {
    const wanted = this.#request.url.regex
    if (regex === undefined || wanted === undefined) return undefined
    const found = search(this.#text, regex, wanted)
    return found === wanted.mustNotMatch ? { kind: 'regex', pattern: wanted.pattern, found } : undefined
  }
}

function checkStatus(
  status: number | undefined,
  expected: readonly StatusRange[],
): FailureReason | undefined {
  const isExpected =
    status !== undefined && expected.some(({ first, last }) => status >= first && status <= last)
  return isExpected ? undefined : { kind: 'http-status', status, expected }
}

function checkDigest(found: string | undefined, expected: string | undefined): FailureReason | undefined {
  if (found === undefined || expected === undefined || found === expected.toLowerCase()) return undefined
  return { kind: 'digest', found, expected }
}
