/** `HTTP_GET { url { … } }` and `SSL_GET`. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import { type Arguments, type Keyword, section, type Table, table, value } from '../../syntax/keyword.ts'
import { errorAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { choice, flag, lenient, optionalBoolean, text, words } from '../../values/basic.ts'
import { quotedWords } from '../../values/command.ts'
import { parseInteger } from '../../values/number.ts'
import { asQuoted, asWord, block, type Printers, printFields, when } from '../../values/printing.ts'
import { readValues, type Values } from '../../values/values.ts'
import { connection } from './connection.ts'
import type { Connected, HttpChecker, Url } from './load-balancing.ts'
import { nbGetRetry, timing } from './timing.ts'

const MD5_DIGITS = 32

const digest: Arguments<string> = {
  syntax: 'MD5',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    if (given.text.length === MD5_DIGITS && /^[0-9a-fA-F]+$/.test(given.text)) return given.text.toLowerCase()
    report(
      errorAt(
        given,
        'invalid-value',
        `an MD5 digest has ${MD5_DIGITS} hexadecimal digits; the line is ignored`,
      ),
    )
    return undefined
  },
}

type Statuses = Url['statuses']

/** `200-299 400 503` */
const statusCodes: Arguments<Statuses> = {
  syntax: 'CODE|FROM-TO …',
  needed: 0,
  read({ words }, report) {
    return words.slice(1).flatMap((given) => {
      const range = codeRange(given.text)
      if (range === undefined)
        report(errorAt(given, 'invalid-value', `'${given.text}' is no status code, 100..599; it is ignored`))
      return range ?? []
    })
  },
}

function codeRange(text: string): Statuses[number] | undefined {
  const [first, last = first, more] = text.split('-').map((part) => parseInteger(part))
  const isCode = (code: number | undefined): code is number =>
    code !== undefined && code >= 100 && code <= 599
  const isEmptyEnd = text.endsWith('-')
  return isCode(first) && isCode(last) && first <= last && more === undefined && !isEmptyEnd
    ? { first, last }
    : undefined
}

const keywords = {
  path: value('path', 1, text('PATH'), 'what to ask for'),
  digest: value('digest', 2, digest, 'MD5 of the answer'),
  statusCode: value('status_code', 1, statusCodes, 'of the answer', { default: '200-299' }),
  virtualhost: value('virtualhost', 2, lenient(text('NAME')), 'host name in the request'),
  regex: value('regex', 3, { ...quotedWords('PATTERN'), needed: 0 }, 'to find in the answer'),
  regexNoMatch: value('regex_no_match', 3, flag, 'not to find it'),
  regexOptions: value('regex_options', 3, words('OPTION …'), 'how to search'),
  regexMinOffset: value('regex_min_offset', 3, words('BYTES'), 'where to begin'),
  regexMaxOffset: value('regex_max_offset', 3, words('BYTES'), 'where to end'),
}

const ofCheck = {
  httpProtocol: value(
    'http_protocol',
    3,
    lenient(choice<HttpChecker['protocol']>(['1.0', '1.0C', '1.1'], 'the line is ignored')),
    'version',
    { default: '1.0' },
  ),
  virtualhost: value('virtualhost', 2, lenient(text('NAME')), 'host name in requests'),
  fastRecovery: value('fast_recovery', 3, optionalBoolean, 'no pause between URLs'),
  enableSni: value('enable_sni', 3, optionalBoolean, 'name the host to TLS'),
}

const tlsCompliant: Keyword<boolean> = value('tls_compliant', 3, optionalBoolean, 'end of the connection', {
  since: '2.2.8',
})

const url: Keyword = section(
  'url',
  1,
  table(
    Object.values(keywords),
    value('regex_stack', 3, words('START MAX'), 'memory to search with'),
    tlsCompliant,
  ),
  'one request',
)

const httpTable: Table = table(connection, timing, nbGetRetry, url, Object.values(ofCheck), tlsCompliant)

export const httpGet: Keyword = section('HTTP_GET', 1, httpTable, 'an HTTP request')
export const sslGet: Keyword = section('SSL_GET', 1, httpTable, 'an HTTPS request')

/** Names that the servers have for who asks nothing better. */
export interface HostNames {
  /** Of the real server, or else of the virtual one. */
  readonly virtualhost?: string | undefined
  /** Of the virtual server. */
  readonly virtualServerHost?: string | undefined
}

/** Undefined without a usable url, which is reported: keepalived 2.2.7 crashes there. */
export function resolveHttp(
  check: Node,
  values: Values,
  connected: Connected | undefined,
  names: HostNames,
  report: Report,
): HttpChecker | undefined {
  const host = values.last(ofCheck.virtualhost)
  const tls = check.keyword === sslGet
  const hasName = tls && values.last(ofCheck.enableSni) === true
  const [first, ...others] = check.nodes
    .filter(({ keyword }) => keyword === url)
    .map((node) => resolveUrl(node, host, names, hasName, report))
    .filter((one) => one !== undefined)
  if (first === undefined) {
    const message = 'no url is given: the check is ignored'
    report(errorAt(check.statement.words[0], 'incomplete-check', message, { related: endsHere(check) }))
    return undefined
  }
  return (
    connected && {
      ...connected,
      kind: 'http',
      tls,
      protocol: values.last(ofCheck.httpProtocol) ?? '1.0',
      urls: [first, ...others],
      fastRecovery: values.last(ofCheck.fastRecovery) ?? false,
    }
  )
}

const SUCCESSES: Statuses = [{ first: 200, last: 299 }]

function resolveUrl(
  node: Node,
  ofChecker: string | undefined,
  names: HostNames,
  hasName: boolean,
  report: Report,
): Url | undefined {
  const values = readValues(node.nodes, report)
  const path = values.last(keywords.path)
  if (path === undefined) {
    const message = 'no path is given: the url is ignored'
    report(errorAt(node.statement.words[0], 'incomplete-check', message, { related: endsHere(node) }))
    return undefined
  }
  const own = values.last(keywords.virtualhost) ?? ofChecker
  const host = own ?? names.virtualhost
  // keepalived does not ask the real server here (measured, 2.2.7).
  const serverName = hasName ? (own ?? names.virtualServerHost) : undefined
  const digest = values.last(keywords.digest)
  const statuses = values.all(keywords.statusCode).flatMap(({ value }) => value)
  const regex = regexOf(values, report)
  return {
    path,
    ...(host !== undefined && { host }),
    ...(serverName !== undefined && { serverName }),
    ...(digest !== undefined && { digest }),
    statuses: statuses.length === 0 ? SUCCESSES : statuses,
    ...(regex !== undefined && { regex }),
  }
}

/** What is wrong with one does not change what `-t` ends with. */
function regexOf(values: Values, report: Report): Url['regex'] {
  const given = values.lastGiven(keywords.regex)
  if (given === undefined) return undefined
  const [pattern, extra] = given.value
  if (pattern === undefined || extra !== undefined) {
    const message = 'one pattern is expected here, in quotes if it has blanks; the line is ignored'
    report(warningAt(given.node.statement.place, 'invalid-value', message, { inKeepalived: 'no' }))
    return undefined
  }
  const minOffset = offsetOf(values, keywords.regexMinOffset, report) ?? 0
  const maxOffset = offsetOf(values, keywords.regexMaxOffset, report)
  return {
    pattern,
    options: values.all(keywords.regexOptions).flatMap(({ value }) => value.map(({ text }) => text)),
    mustNotMatch: values.has(keywords.regexNoMatch),
    minOffset,
    ...(maxOffset !== undefined && maxOffset > minOffset && { maxOffset }),
  }
}

function offsetOf(
  values: Values,
  keyword: typeof keywords.regexMinOffset,
  report: Report,
): number | undefined {
  const given = values.lastGiven(keyword)
  if (given === undefined) return undefined
  const [word] = given.value
  const offset = word && parseInteger(word.text)
  if (offset !== undefined && Number.isSafeInteger(offset) && offset >= 0) return offset
  const message = 'a number of bytes is expected here; the line is ignored'
  report(warningAt(word ?? given.node.statement.place, 'invalid-number', message, { inKeepalived: 'no' }))
  return undefined
}

/** Whether it has its names from the servers, and not both the same one. */
const isInherited = ({ host, serverName }: Url): boolean => host !== serverName

const hasServerName = (check: HttpChecker): boolean =>
  check.urls.some(({ serverName }) => serverName !== undefined)

/** What a real server has to say, and its virtual server, so that urls have one name for HTTP and another for TLS. */
export function namesOf(checks: readonly HttpChecker[]): HostNames {
  const urls = checks.filter(hasServerName).flatMap((check) => check.urls.filter(isInherited))
  return {
    virtualhost: urls.find(({ host }) => host !== undefined)?.host,
    virtualServerHost: urls.find(({ serverName }) => serverName !== undefined)?.serverName,
  }
}

export const httpLines = (check: HttpChecker): readonly string[] => [
  ...when(check.protocol !== '1.0', `http_protocol ${check.protocol}`),
  ...when(check.fastRecovery, 'fast_recovery'),
  ...when(hasServerName(check), 'enable_sni'),
  ...check.urls.flatMap((one) => {
    const isSaid = !hasServerName(check) || !isInherited(one)
    return block('url', [
      `path ${asWord(one.path)}`,
      ...(isSaid && one.host !== undefined ? [`virtualhost ${asWord(one.host)}`] : []),
      ...printFields(ofAnswer, one),
    ])
  }),
]

const ofAnswer: Printers<Omit<Url, 'path' | 'host' | 'serverName'>> = {
  digest: (digits) => [`digest ${digits}`],
  statuses: (statuses) => {
    const ranges = statuses.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
    return when(ranges.join() !== '200-299', `status_code ${ranges.join(' ')}`)
  },
  regex: ({ pattern, options, mustNotMatch, minOffset, maxOffset }) => [
    `regex ${asQuoted(pattern)}`,
    ...when(options.length > 0, `regex_options ${options.map(asWord).join(' ')}`),
    ...when(mustNotMatch, 'regex_no_match'),
    ...when(minOffset !== 0, `regex_min_offset ${minOffset}`),
    ...(maxOffset === undefined ? [] : [`regex_max_offset ${maxOffset}`]),
  ],
}
