/** Health checks inside a real_server. */

import type { Report } from '../../diagnostics/diagnostics.ts'
import {
  type Arguments,
  type Keyword,
  notServed,
  section,
  type Standing,
  table,
  value,
} from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { hostAddress } from '../../values/address.ts'
import { choice, flag, lenient, optionalBoolean, text, words } from '../../values/basic.ts'
import { type Command, command, scriptUserArguments } from '../../values/command.ts'
import { integer, LONGEST_SECONDS, parseInteger, secondsBetween, UNSIGNED } from '../../values/number.ts'
import { readValues, type Values } from '../../values/values.ts'
import { weightUpTo } from '../../values/weight.ts'

const MD5_DIGITS = 32

const digest: Arguments<string> = {
  syntax: 'MD5',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    if (given.text.length === MD5_DIGITS && /^[0-9a-fA-F]+$/.test(given.text)) return given.text
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

/** `200-299 400 503` */
const statusCodes: Arguments<true> = {
  syntax: 'CODE|FROM-TO …',
  needed: 0,
  read({ words }, report) {
    for (const given of words.slice(1))
      if (!isCodeRange(given.text))
        report(errorAt(given, 'invalid-value', `'${given.text}' is no status code, 100..599; it is ignored`))
    return true
  },
}

function isCodeRange(text: string): boolean {
  const [from, to, more] = text.split('-').map((part) => parseInteger(part))
  const isCode = (code: number | undefined): boolean => code !== undefined && code >= 100 && code <= 599
  return (
    isCode(from) &&
    (to === undefined ? !text.includes('-') : isCode(to) && (from ?? 0) <= to) &&
    more === undefined
  )
}

/** Hexadecimal digits, in words of any length. */
const payload: Arguments<true> = {
  syntax: 'HEX …',
  needed: 1,
  read({ words }, report) {
    for (const given of words.slice(1))
      if (!/^[0-9a-fA-F]+$/.test(given.text))
        report(errorAt(given, 'invalid-value', `hexadecimal digits are expected here; the line is ignored`))
    return true
  },
}

/** Of every keyword in here. */
export const more: { readonly standing: Standing } = { standing: notServed }

const FOREVER = 18_446_744_073_709
const port = integer({ minimum: 1, maximum: 65_535 })
const length = integer({ minimum: 0, maximum: 65_535 })
const address = hostAddress('the line is ignored')

const connection: readonly Keyword[] = [
  value('connect_ip', 2, address, 'where to connect', more),
  value('connect_port', 1, port, 'its port', more),
  value('bindto', 3, address, 'where to connect from', more),
  value('bind_if', 3, text('INTERFACE'), 'through which interface', more),
  value('bind_port', 3, port, 'from which port', more),
  value('fwmark', 3, integer(UNSIGNED), 'firewall mark', more),
  value('connect_timeout', 1, secondsBetween({ minimum: 0.000001, maximum: LONGEST_SECONDS }), 'seconds', {
    ...more,
    default: '5',
  }),
]

const timing: readonly Keyword[] = [
  value('retry', 1, integer(UNSIGNED), 'further attempts', { ...more, default: '1' }),
  value(
    'delay_before_retry',
    1,
    secondsBetween({ minimum: 0, maximum: FOREVER }),
    'seconds between them',
    more,
  ),
  value(
    'warmup',
    3,
    secondsBetween({ minimum: 0, maximum: FOREVER }),
    'seconds the first one may wait',
    more,
  ),
  value(
    'delay_loop',
    2,
    secondsBetween({ minimum: 0.000001, maximum: FOREVER }),
    'seconds between checks',
    more,
  ),
  value('alpha', 3, optionalBoolean, 'down until checked', more),
  value('log_all_failures', 3, optionalBoolean, 'log each', more),
]

const oldRetry: Keyword = value('nb_get_retry', 2, integer(UNSIGNED), 'the old name of retry', {
  ...more,
  renamed: 'retry',
})

const path: Keyword<string> = value('path', 1, text('PATH'), 'what to ask for', more)

const url: Keyword = section(
  'url',
  1,
  table(
    path,
    value('digest', 2, digest, 'MD5 of the answer', more),
    value('status_code', 1, statusCodes, 'of the answer', { ...more, default: '200-299' }),
    value('virtualhost', 2, lenient(text('NAME')), 'host name in the request', more),
    value('regex', 3, words('PATTERN'), 'to find in the answer', more),
    value('regex_no_match', 3, flag, 'not to find it', more),
    value('regex_options', 3, words('OPTION …'), 'how to search', more),
    value('regex_stack', 3, words('START MAX'), 'memory to search with', more),
    value('regex_min_offset', 3, words('BYTES'), 'where to begin', more),
    value('regex_max_offset', 3, words('BYTES'), 'where to end', more),
    value('tls_compliant', 3, optionalBoolean, 'end of the connection', { ...more, since: '2.2.8' }),
  ),
  'one request',
  more,
)

const httpTable = table(
  connection,
  timing,
  oldRetry,
  url,
  value('http_protocol', 3, lenient(choice(['1.0', '1.0C', '1.1'], 'the line is ignored')), 'version', more),
  value('virtualhost', 2, lenient(text('NAME')), 'host name in requests', more),
  value('fast_recovery', 3, optionalBoolean, 'no pause between URLs', more),
  value('enable_sni', 3, optionalBoolean, 'name the host to TLS', more),
  value('tls_compliant', 3, optionalBoolean, 'end of the connection', { ...more, since: '2.2.8' }),
)

export const httpGet: Keyword = section('HTTP_GET', 1, httpTable, 'an HTTP request', more)
export const sslGet: Keyword = section('SSL_GET', 1, httpTable, 'an HTTPS request', more)
export const miscPath: Keyword<Command> = value('misc_path', 2, command, 'the program', more)
export const miscCheck: Keyword = section(
  'MISC_CHECK',
  2,
  table(
    timing,
    miscPath,
    value('misc_timeout', 2, integer(UNSIGNED), 'seconds it may take', more),
    value('misc_dynamic', 3, flag, 'its exit code is the weight', more),
    value('user', 3, lenient(scriptUserArguments), 'who runs it', more),
  ),
  'a program',
  more,
)

export const bfdName: Keyword<string> = value('name', 4, lenient(text('NAME')), 'a bfd_instance', {
  ...more,
  once: true,
})
export const bfdCheck: Keyword = section('BFD_CHECK', 4, table(bfdName), 'a BFD session', more)

export const checkerKeywords: readonly Keyword[] = [
  httpGet,
  sslGet,
  miscCheck,
  section('TCP_CHECK', 1, table(connection, timing), 'a TCP connection', more),
  section(
    'SMTP_CHECK',
    2,
    table(
      connection,
      timing,
      value('helo_name', 2, lenient(text('NAME')), 'what to say', more),
      section('host', 3, table(connection), 'where to connect', more),
    ),
    'a mail server',
    more,
  ),
  section(
    'DNS_CHECK',
    3,
    table(
      connection,
      timing,
      value(
        'type',
        3,
        choice(['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'], 'the line is ignored'),
        'of query',
        more,
      ),
      value('name', 3, text('NAME'), 'to ask for', more),
    ),
    'a name server',
    more,
  ),
  bfdCheck,
  section('PING_CHECK', 3, table(connection, timing), 'an echo request', more),
  section(
    'UDP_CHECK',
    3,
    table(
      connection,
      timing,
      value('payload', 3, lenient(payload), 'what to send', more),
      value('require_reply', 3, words('[HEX]'), 'what to expect', more),
      value('min_reply_length', 3, length, 'bytes', more),
      value('max_reply_length', 3, length, 'bytes', more),
    ),
    'a UDP packet',
    more,
  ),
  section(
    'FILE_CHECK',
    3,
    table(
      value('track_file', 3, text('NAME'), 'the track_file', more),
      value('weight', 3, lenient(weightUpTo(2_147_483_647)), 'the number is multiplied by it', more),
      value('dynamic', 3, flag, 'the number is the weight', { ...more, since: '2.2.8' }),
    ),
    'a file with a number',
    more,
  ),
]

/** What has been read, and reported on, before. */
export const silentValues = (nodes: readonly Node[]): Values => readValues(nodes, () => undefined)

export function checkHttp(check: Node, report: Report): void {
  const { statement, nodes } = check
  const urls = nodes.filter(({ keyword }) => keyword === url)
  const usable = urls.filter((url) => {
    if (silentValues(url.nodes).has(path)) return true
    const message = 'no path is given: the url is ignored'
    report(errorAt(url.statement.words[0], 'incomplete-check', message, { related: endsHere(url) }))
    return false
  })
  if (usable.length === 0)
    report(
      errorAt(statement.words[0], 'incomplete-check', 'no url is given: the check is ignored', {
        related: endsHere(check),
      }),
    )
}
