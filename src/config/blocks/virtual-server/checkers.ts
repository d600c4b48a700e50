/** Health checks inside a real_server. */

import type { IpAddress } from '../../../base/address.ts'
import { type Duration, seconds } from '../../../base/time.ts'
import type { Report } from '../../diagnostics/diagnostics.ts'
import {
  type Arguments,
  type Keyword,
  noEffect,
  section,
  type Standing,
  table,
  value,
} from '../../syntax/keyword.ts'
import { spanOf } from '../../syntax/line.ts'
import { errorAt, noteAt, warningAt } from '../../syntax/place-diagnostic.ts'
import { endsHere, type Node } from '../../syntax/tree.ts'
import { choice, flag, lenient, text, words } from '../../values/basic.ts'
import { type Command, command, scriptUserArguments, userWords } from '../../values/command.ts'
import { integer, UNSIGNED } from '../../values/number.ts'
import {
  asCommand,
  asWord,
  block,
  inSeconds,
  type Printers,
  printFields,
  when,
} from '../../values/printing.ts'
import { readValues, type Values } from '../../values/values.ts'
import { weightUpTo } from '../../values/weight.ts'
import type { TrackFile } from '../track-file.ts'
import { connection, connectionLines, connectionOf, saysConnection } from './connection.ts'
import { httpGet, type HostNames, httpLines, resolveHttp, sslGet } from './http.ts'
import type {
  BfdChecker,
  Checker,
  Connected,
  DnsType,
  FileChecker,
  MiscChecker,
  UdpChecker,
} from './load-balancing.ts'
import {
  type CheckDefaults,
  OF_DNS,
  OF_HTTP,
  OF_MISC,
  type OwnDefaults,
  timedOf,
  timing,
  timingLines,
  USUAL,
} from './timing.ts'

/** Of payload and require_reply: two digits a byte, in words of any length; one too few is a leading zero. */
function hexadecimal(digits: RegExp, needed: number): Arguments<string> {
  return {
    syntax: needed === 0 ? '[HEX …]' : 'HEX …',
    needed,
    read({ words }, report) {
      const given = words.slice(1)
      for (const word of given) {
        if (digits.test(word.text)) continue
        report(errorAt(word, 'invalid-value', `hexadecimal digits are expected here; the line is ignored`))
        return undefined
      }
      return given
        .map(({ text }) => (text.length % 2 === 0 ? text : `0${text}`))
        .join('')
        .toLowerCase()
    },
  }
}

const DNS_TYPES: readonly DnsType[] = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY']
const dnsTypes = choice(DNS_TYPES, 'the line is ignored')

const dnsType: Arguments<DnsType> = {
  ...dnsTypes,
  read: (statement, report) =>
    DNS_TYPES.find((type) => type === statement.words[1]?.text.toUpperCase()) ??
    dnsTypes.read(statement, report),
}

/** keepalived refuses a full stop at the end, too (measured, 2.2.7). */
const dnsName: Arguments<string> = {
  syntax: 'NAME',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    if (given.text === '.' || !given.text.split('.').includes('')) return given.text
    const message = `'${given.text}' has an empty label, perhaps after a '.' at its end; the line is ignored`
    report(errorAt(given, 'invalid-value', message))
    return undefined
  },
}

const length = integer({ minimum: 0, maximum: 65_535 })

const keywords = {
  miscTimeout: value('misc_timeout', 2, integer(UNSIGNED), 'seconds it may take', {
    default: 'delay_loop of the virtual server',
  }),
  miscDynamic: value('misc_dynamic', 3, flag, 'its exit code is the weight'),
  user: value('user', 3, lenient(scriptUserArguments), 'who runs it', { default: 'script_user' }),
  heloName: value('helo_name', 2, lenient(text('NAME')), 'what to say', {
    default: 'smtpchecker.keepalived.org',
  }),
  dnsType: value('type', 3, dnsType, 'of query', { default: 'SOA' }),
  dnsName: value('name', 3, dnsName, 'to ask for', { default: '.' }),
  payload: value('payload', 3, lenient(hexadecimal(/^[0-9a-fA-F]+$/, 1)), 'what to send'),
  requireReply: value('require_reply', 3, hexadecimal(/^[0-9a-fA-FxX]*$/, 0), 'what to expect'),
  minReplyLength: value('min_reply_length', 3, length, 'bytes', { default: '0' }),
  maxReplyLength: value('max_reply_length', 3, length, 'bytes', { default: '255' }),
  trackFile: value('track_file', 3, words('NAME', 1), 'the track_file, defined above'),
  weight: value('weight', 3, lenient(weightUpTo(2_147_483_647)), 'the number is multiplied by it', {
    default: 'of the track_file',
  }),
}
export const miscPath: Keyword<Command> = value('misc_path', 2, command, 'the program')

const miscCheck: Keyword = section(
  'MISC_CHECK',
  2,
  table(timing, miscPath, keywords.miscTimeout, keywords.miscDynamic, keywords.user),
  'a program',
)
const tcpCheck: Keyword = section('TCP_CHECK', 1, table(connection, timing), 'a TCP connection')
/** Its timing is the whole check's (measured, 2.2.7). */
const smtpHost: Keyword = section('host', 3, table(connection, timing), 'where to connect')
const smtpCheck: Keyword = section(
  'SMTP_CHECK',
  2,
  table(connection, timing, keywords.heloName, smtpHost),
  'a mail server',
)
const dnsCheck: Keyword = section(
  'DNS_CHECK',
  3,
  table(connection, timing, keywords.dnsType, keywords.dnsName),
  'a name server',
)
const noBfd: { readonly standing: Standing } = {
  standing: noEffect('vrrpd speaks no BFD: the check counts as up'),
}
const bfdName: Keyword<string> = value('name', 4, lenient(text('NAME')), 'a bfd_instance', {
  ...noBfd,
  once: true,
})
const bfdCheck: Keyword = section('BFD_CHECK', 4, table(bfdName), 'a BFD session', noBfd)
const pingCheck: Keyword = section('PING_CHECK', 3, table(connection, timing), 'an echo request')
const udpCheck: Keyword = section(
  'UDP_CHECK',
  3,
  table(
    connection,
    timing,
    keywords.payload,
    keywords.requireReply,
    keywords.minReplyLength,
    keywords.maxReplyLength,
  ),
  'a UDP packet',
)
const fileCheck: Keyword = section(
  'FILE_CHECK',
  3,
  table(
    keywords.trackFile,
    keywords.weight,
    value('dynamic', 3, flag, 'the number is the weight', { since: '2.2.8' }),
  ),
  'a file with a number',
)

export const checkerKeywords: readonly Keyword[] = [
  httpGet,
  sslGet,
  miscCheck,
  tcpCheck,
  smtpCheck,
  dnsCheck,
  bfdCheck,
  pingCheck,
  udpCheck,
  fileCheck,
]

/** What checks have from the servers that they stand in. */
export interface Checked extends HostNames {
  readonly address: IpAddress
  /** As written, or else the virtual server's: keepalived 2.2.7 connects to port 0 then, and never with success. */
  readonly port: number
  readonly defaults: CheckDefaults
  /** Of the virtual server. */
  readonly delayLoop: Duration
}

/** What checks have from the rest of the file. */
export interface CheckSurrounding {
  /** checker_log_all_failures */
  readonly logAllFailures: boolean
  /** Those above. */
  readonly trackFiles: ReadonlyMap<string, TrackFile>
  /** Of all bfd_instance blocks. */
  readonly bfdNames: ReadonlySet<string>
}

/** None for a node that is no check, or one that lacks what it needs, which is reported; several for SMTP's hosts. */
export function resolveCheck(
  node: Node,
  server: Checked,
  surrounding: CheckSurrounding,
  report: Report,
): readonly Checker[] {
  const { keyword } = node
  if (keyword.contents === undefined) return []
  if (keyword === smtpCheck) return resolveSmtp(node, server, surrounding, report)
  const values = readValues(node.nodes, report)
  if (keyword === fileCheck) return some(resolveFile(node, values, surrounding, report))
  if (keyword === bfdCheck) return some(resolveBfd(node, values, surrounding, report))
  const own = ownDefaults.get(keyword) ?? USUAL
  const timed = timedOf(node, values, server.defaults, own, surrounding.logAllFailures)
  if (keyword === miscCheck) return some(resolveMisc(node, values, timed, server, report))
  const connection = connectionOf(node, values, server, report)
  const connected = connection && { ...timed, connection }
  if (keyword === httpGet || keyword === sslGet)
    return some(resolveHttp(node, values, connected, server, report))
  if (keyword === udpCheck) return some(resolveUdp(node, values, connected, report))
  if (connected === undefined) return []
  if (keyword === dnsCheck)
    return [
      {
        ...connected,
        kind: 'dns',
        type: values.last(keywords.dnsType) ?? 'SOA',
        name: values.last(keywords.dnsName) ?? '.',
      },
    ]
  return [{ ...connected, kind: keyword === pingCheck ? 'ping' : 'tcp' }]
}

const ownDefaults: ReadonlyMap<Keyword, OwnDefaults> = new Map([
  [httpGet, OF_HTTP],
  [sslGet, OF_HTTP],
  [dnsCheck, OF_DNS],
  [miscCheck, OF_MISC],
])

const some = (checker: Checker | undefined): readonly Checker[] => (checker === undefined ? [] : [checker])

const DEFAULT_HELO = 'smtpchecker.keepalived.org'

/**
 * Each `host` is a check, and so is what stands outside of them, unless that says nothing of a connection. keepalived
 * 2.2.7 gives hosts without connect_timeout no time at all; here they have the default.
 */
function resolveSmtp(
  node: Node,
  server: Checked,
  { logAllFailures }: CheckSurrounding,
  report: Report,
): readonly Checker[] {
  const own = readValues(node.nodes, report)
  const hosts = node.nodes.filter(({ keyword }) => keyword === smtpHost)
  for (const { statement } of hosts) {
    const message = 'the host block is old: write further SMTP_CHECKs'
    report(noteAt(statement.words[0], 'deprecated', message))
  }
  const ofHosts = hosts.map((host) => ({ host, values: readValues(host.nodes, report) }))
  const inOrder = hosts.length === 0 ? own : readValues(flattened(node.nodes), () => undefined)
  const timed = timedOf(node, inOrder, server.defaults, USUAL, logAllFailures)
  const heloName = own.last(keywords.heloName) ?? DEFAULT_HELO
  const itself = hosts.length === 0 || saysConnection(own) ? [{ host: node, values: own }] : []
  return [...itself, ...ofHosts].flatMap(({ host, values }): readonly Checker[] => {
    const connection = connectionOf(host, values, server, report)
    return connection === undefined ? [] : [{ ...timed, connection, kind: 'smtp', heloName }]
  })
}

const flattened = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => (node.keyword === smtpHost ? node.nodes : [node]))

function resolveMisc(
  node: Node,
  values: Values,
  timed: ReturnType<typeof timedOf>,
  { delayLoop }: Checked,
  report: Report,
): MiscChecker | undefined {
  const program = values.last(miscPath)
  if (program === undefined) {
    incomplete(node, 'no misc_path is given: the check is ignored', report)
    return undefined
  }
  const user = values.last(keywords.user)
  const timeout = values.last(keywords.miscTimeout) ?? 0
  return {
    ...timed,
    kind: 'misc',
    command: user === undefined ? program : { ...program, user },
    timeout: timeout === 0 ? delayLoop : seconds(timeout),
    dynamic: values.has(keywords.miscDynamic),
  }
}

const LONGEST_REPLY = 255

function resolveUdp(
  node: Node,
  values: Values,
  connected: Connected | undefined,
  report: Report,
): UdpChecker | undefined {
  const payload = values.last(keywords.payload)
  const pattern = values.last(keywords.requireReply)
  const minLength = values.last(keywords.minReplyLength) ?? 0
  const maxLength = values.last(keywords.maxReplyLength) ?? LONGEST_REPLY
  if (minLength > maxLength) {
    const message = `no reply has from ${minLength} to ${maxLength} bytes: the check will always fail`
    report(warningAt(node.statement.words[0], 'invalid-value', message, { related: endsHere(node) }))
  }
  return (
    connected && {
      ...connected,
      kind: 'udp',
      ...(payload !== undefined && { payload }),
      ...(pattern !== undefined && { reply: { pattern, minLength, maxLength } }),
    }
  )
}

function resolveFile(
  node: Node,
  values: Values,
  { trackFiles }: CheckSurrounding,
  report: Report,
): FileChecker | undefined {
  const [name] = values.last(keywords.trackFile) ?? []
  const file = name && trackFiles.get(name.text)
  if (name !== undefined && file === undefined) {
    const message = `no track_file ${name.text} is defined above: the check is ignored`
    report(errorAt(name, 'incomplete-check', message, { related: endsHere(node) }))
  }
  if (name === undefined) incomplete(node, 'no track_file is given: the check is ignored', report)
  if (file === undefined) return undefined
  const { weight, reverse } = values.last(keywords.weight) ?? file
  return { kind: 'file', span: spanOf(node.statement.words[0]), trackFile: file.name, weight, reverse }
}

function resolveBfd(
  node: Node,
  values: Values,
  { bfdNames }: CheckSurrounding,
  report: Report,
): BfdChecker | undefined {
  const given = values.lastGiven(bfdName)
  if (given === undefined) {
    incomplete(node, 'no name is given: the check is ignored', report)
    return undefined
  }
  const { value: name, node: line } = given
  if (!bfdNames.has(name)) {
    const message = `there is no bfd_instance ${name}: the check is ignored`
    const place = line.statement.words[1] ?? line.statement.place
    report(errorAt(place, 'incomplete-check', message, { related: endsHere(node) }))
  }
  return { kind: 'bfd', span: spanOf(node.statement.words[0]), name }
}

function incomplete(node: Node, message: string, report: Report): void {
  report(errorAt(node.statement.words[0], 'incomplete-check', message, { related: endsHere(node) }))
}

/** @param server what reads back by itself where it stands */
export function checkLines(check: Checker, server: Checked): readonly string[] {
  switch (check.kind) {
    case 'tcp':
      return connected('TCP_CHECK', check, [], server)
    case 'ping':
      return connected('PING_CHECK', check, [], server)
    case 'http':
      return connected(check.tls ? 'SSL_GET' : 'HTTP_GET', check, httpLines(check), server, OF_HTTP)
    case 'smtp': {
      const helo = when(check.heloName !== DEFAULT_HELO, `helo_name ${asWord(check.heloName)}`)
      return connected('SMTP_CHECK', check, helo, server)
    }
    case 'dns': {
      const { type, name } = check
      const asked = [...when(type !== 'SOA', `type ${type}`), ...when(name !== '.', `name ${asWord(name)}`)]
      return connected('DNS_CHECK', check, asked, server, OF_DNS)
    }
    case 'udp':
      return connected('UDP_CHECK', check, printFields(ofUdp, check), server)
    case 'misc':
      return checkBlock('MISC_CHECK', [
        ...miscLines(check, server.delayLoop),
        ...timingLines(check, OF_MISC, server.delayLoop),
      ])
    case 'file': {
      const { trackFile, weight, reverse } = check
      return checkBlock('FILE_CHECK', [
        `track_file ${asWord(trackFile)}`,
        `weight ${weight}${reverse ? ' reverse' : ''}`,
      ])
    }
    case 'bfd':
      return checkBlock('BFD_CHECK', [`name ${asWord(check.name)}`])
  }
}

const connected = (
  name: string,
  check: Connected,
  own: readonly string[],
  server: Checked,
  defaults: OwnDefaults = USUAL,
): readonly string[] =>
  checkBlock(name, [
    ...own,
    ...connectionLines(check.connection, server),
    ...timingLines(check, defaults, server.delayLoop),
  ])

/** Also without lines. */
const checkBlock = (name: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [`${name} {`, '}'] : block(name, lines)

const ofUdp: Printers<Pick<UdpChecker, 'payload' | 'reply'>> = {
  payload: (digits) => [`payload ${digits}`],
  reply: ({ pattern, minLength, maxLength }) => [
    pattern === '' ? 'require_reply' : `require_reply ${pattern}`,
    ...when(minLength !== 0, `min_reply_length ${minLength}`),
    ...when(maxLength !== LONGEST_REPLY, `max_reply_length ${maxLength}`),
  ],
}

const miscLines = (
  { command: { argv, user }, timeout, dynamic }: MiscChecker,
  delayLoop: Duration,
): readonly string[] => [
  `misc_path ${asCommand(argv)}`,
  ...(user === undefined ? [] : [`user ${userWords(user)}`]),
  ...when(timeout !== delayLoop, `misc_timeout ${inSeconds(timeout)}`),
  ...when(dynamic, 'misc_dynamic'),
]
