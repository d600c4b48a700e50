/**
 * What goes over the control socket: one JSON object per line in each
 * direction, a response for every request, in order.
 *
 *     → {"version":1,"request":"events","arguments":{"last":5}}
 *     ← {"version":1,"ok":true,"result":{…}}
 *     ← {"version":1,"ok":false,"error":{"code":"unknown-request","text":"…"}}
 *
 * Some requests are answered by a stream: responses follow one another until
 * the daemon closes the connection, or until the client sends anything else or
 * closes its half. A client that does not read them is put out.
 *
 * Both sides validate what they read. Unknown fields are ignored, so that
 * either side may be newer. Pure.
 */

import { accepted, rejected, type Result } from '../base/result.ts'
import {
  drainArguments,
  eventsArguments,
  lvsEventsArguments,
  lvsStatusArguments,
  noArguments,
  reloadArguments,
  targets,
  whyArguments,
  type DrainArguments,
  type EventsArguments,
  type LvsEventsArguments,
  type LvsStatusArguments,
  type NoArguments,
  type Parsed,
  type ReloadArguments,
  type Targets,
  type WhyArguments,
} from './arguments.ts'
import type { DrainReport, ResumeReport } from './drain.ts'
import type { EventsReport } from './events.ts'
import type { LvsReport } from './lvs-report.ts'
import type { LvsWhyReport } from './lvs-why.ts'
import type { ReloadReport } from './reload.ts'
import type { StatusReport } from './report.ts'
import type { WhyReport } from './why.ts'

export const DEFAULT_CONTROL_PATH = '/run/vrrpd.sock'

/**
 * Where the process listens that serves the virtual servers: `/run/vrrpd-lvs.sock` beside `/run/vrrpd.sock`. What it has
 * to tell of ten thousand of them never passes through the process that sends adverts.
 */
export const lvsControlPath = (path: string): string =>
  path.endsWith('.sock') ? `${path.slice(0, -'.sock'.length)}-lvs.sock` : `${path}-lvs`

export const PROTOCOL_VERSION = 1

/** Without its newline; more is garbage. */
export const MAX_REQUEST_BYTES: number = 64 << 10

/** What each request answers with. Further verbs take their place here. */
export interface Results {
  readonly status: StatusReport
  /** A stream: the report at once, after each event, and at least every second. */
  readonly watch: StatusReport
  readonly events: EventsReport
  /** A stream: the journal as `events` gives it, then what is new. */
  readonly follow: EventsReport
  readonly reload: ReloadReport
  readonly why: WhyReport
  /** A stream: what comes of it, until that is known. */
  readonly drain: DrainReport
  readonly resume: ResumeReport
  /** The five of the process that serves virtual servers; it knows no other. */
  readonly 'lvs-status': LvsReport
  /** A stream, as `watch`. A subject that nothing has is an empty list here: a reload may bring it. */
  readonly 'lvs-watch': LvsReport
  readonly 'lvs-events': EventsReport
  /** A stream, as `follow`. */
  readonly 'lvs-follow': EventsReport
  readonly 'lvs-why': LvsWhyReport
}

export interface Arguments {
  readonly status: NoArguments
  readonly watch: NoArguments
  readonly events: EventsArguments
  readonly follow: EventsArguments
  readonly reload: ReloadArguments
  readonly why: WhyArguments
  readonly drain: DrainArguments
  readonly resume: Targets
  readonly 'lvs-status': LvsStatusArguments
  readonly 'lvs-watch': LvsStatusArguments
  readonly 'lvs-events': LvsEventsArguments
  readonly 'lvs-follow': LvsEventsArguments
  readonly 'lvs-why': WhyArguments
}

export type RequestName = keyof Results

/** One of them, each with its own arguments. */
export type Request<N extends RequestName = RequestName> = {
  readonly [K in N]: { readonly version: 1; readonly request: K; readonly arguments: Arguments[K] }
}[N]

export type Response<N extends RequestName = RequestName> =
  | { readonly version: 1; readonly ok: true; readonly result: Results[N] }
  | { readonly version: 1; readonly ok: false; readonly error: ProtocolError }

export type ProtocolErrorCode =
  | 'not-json'
  | 'not-a-request'
  | 'unsupported-version'
  | 'unknown-request'
  | 'bad-arguments'
  /** What was asked for does not exist or cannot be done; nothing was changed. */
  | 'not-possible'
  | 'request-too-long'
  /** A defect of the daemon's; its log has more. */
  | 'internal'

export interface ProtocolError {
  readonly code: ProtocolErrorCode
  readonly text: string
}

const REQUESTS: { readonly [N in RequestName]: (fields: Fields) => Parsed<Arguments[N]> } = {
  status: noArguments,
  watch: noArguments,
  events: eventsArguments,
  follow: eventsArguments,
  reload: reloadArguments,
  why: whyArguments,
  drain: drainArguments,
  resume: targets,
  'lvs-status': lvsStatusArguments,
  'lvs-watch': lvsStatusArguments,
  'lvs-events': lvsEventsArguments,
  'lvs-follow': lvsEventsArguments,
  'lvs-why': whyArguments,
}

type Fields = Readonly<Record<string, unknown>>

/** @param line without its newline */
export function parseRequest(line: string): Result<Request, ProtocolError> {
  const value = parseJson(line)
  if (value === undefined) return refuse('not-json', 'expected one JSON object per line')
  const { version, request, arguments: given = {} } = value
  if (typeof version !== 'number' || typeof request !== 'string') {
    return refuse('not-a-request', 'expected {"version":1,"request":"..."}')
  }
  if (version !== PROTOCOL_VERSION) {
    return refuse('unsupported-version', `version ${version} is not supported, only ${PROTOCOL_VERSION} is`)
  }
  if (!isRequestName(request)) {
    const known = Object.keys(REQUESTS).join(', ')
    return refuse('unknown-request', `no such request; there is: ${known}`)
  }
  if (!isRecord(given)) return refuse('bad-arguments', 'arguments: expected an object')
  const parsed = REQUESTS[request](given)
  if (!parsed.ok) return refuse('bad-arguments', parsed.error)
  // The table pairs each name with its own arguments, which the compiler cannot follow.
  return accepted({ version: PROTOCOL_VERSION, request, arguments: parsed.value } as Request)
}

/** Undefined when the line is no response of a version we know. */
export function parseResponse<N extends RequestName>(line: string): Response<N> | undefined {
  const value = parseJson(line)
  if (value?.['version'] !== PROTOCOL_VERSION) return undefined
  const { ok, result, error } = value
  if (ok === true && isRecord(result)) {
    // The daemon is trusted with the shape of what it reports; the version vouches for it.
    return { version: PROTOCOL_VERSION, ok, result: result as unknown as Results[N] }
  }
  if (ok !== false || !isRecord(error) || typeof error['text'] !== 'string') return undefined
  const code = error['code'] as ProtocolErrorCode
  return { version: PROTOCOL_VERSION, ok, error: { code, text: error['text'] } }
}

export const succeeded = <N extends RequestName>(result: Results[N]): Response<N> => ({
  version: PROTOCOL_VERSION,
  ok: true,
  result,
})

export const failed = (error: ProtocolError): Response<never> => ({
  version: PROTOCOL_VERSION,
  ok: false,
  error,
})

export const encodeLine = (message: Response): string => `${JSON.stringify(message)}\n`

const refuse = (code: ProtocolErrorCode, text: string): Result<never, ProtocolError> =>
  rejected({ code, text })

const isRequestName = (name: string): name is RequestName => Object.hasOwn(REQUESTS, name)

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined unless the text is a JSON object. */
function parseJson(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
