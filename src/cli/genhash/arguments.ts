/** genhash(1)'s command line as values. Words, order and exit codes are those of 2.2.7 (measured). Pure. */

import { parseIp, type IpAddress } from '../../base/address.ts'
import { accepted, rejected, type Result } from '../../base/result.ts'

export interface GenhashRequest {
  readonly address: IpAddress
  readonly port: number
  readonly path: string
  readonly tls: boolean
  /** With --use-sni: the virtualhost's name is told to TLS. */
  readonly tellsName: boolean
  readonly virtualHost: string | undefined
  readonly protocol: '1.0' | '1.0C' | '1.1'
  /** SO_MARK; 0 is none. */
  readonly mark: number
  readonly timeoutSeconds: number
  readonly verbose: boolean
}

interface Option {
  readonly short: string
  readonly long: string
  readonly takes: boolean
}

const OPTIONS: readonly Option[] = [
  { short: 'S', long: 'use-ssl', takes: false },
  { short: 'I', long: 'use-sni', takes: false },
  { short: 's', long: 'server', takes: true },
  { short: 'p', long: 'port', takes: true },
  { short: 'u', long: 'url', takes: true },
  { short: 'V', long: 'use-virtualhost', takes: true },
  { short: 'v', long: 'verbose', takes: false },
  { short: 'h', long: 'help', takes: false },
  { short: 'm', long: 'fwmark', takes: true },
  { short: 'P', long: 'protocol', takes: true },
  { short: 't', long: 'timeout', takes: true },
]

export const USAGE = `Usage: genhash COMMAND [OPTIONS]
Commands:
   -s server-address -p port -u url
   -S -s server-address -p port -u url
   -h

Options:
Either long or short options are allowed.
   --use-ssl         -S       Use SSL connection to remote server.
   --use-sni         -I       Use SNI during SSL handshake (uses virtualhost setting; see -V).
   --server          -s       Use the specified remote server address.
   --port            -p       Use the specified remote server port.
   --url             -u       Use the specified remote server url.
   --use-virtualhost -V       Use the specified virtualhost in GET query.
   --verbose         -v       Use verbose mode output.
   --help            -h       Display this short inlined help screen.
   --fwmark          -m       Use the specified FW mark.
   --protocol        -P       Use the specified HTTP protocol - '1.0', 1.0c', '1.1'.
                                1.0c means 1.0 with 'Connection: close'
   --timeout         -t       Timeout in seconds
`

/** What to do in place of asking: to say something on standard error and end. */
export interface Refused {
  readonly text: string
  readonly exitCode: 0 | 1
}

/** connect_timeout's default, which is genhash's, too. */
const TIMEOUT_SECONDS = 5

export function readArguments(argv: readonly string[]): Result<GenhashRequest, Refused> {
  const words = wordsOf(argv)
  if (!words.ok) return wrong(words.error)
  const given = words.value
  if (given.has('help')) return rejected({ text: USAGE, exitCode: 0 })
  const server = given.get('server')
  const address = server === undefined ? undefined : parseIp(server)
  if (server !== undefined && address === undefined)
    return wrong(`server should be an IP, not ${server}\n${USAGE}`)
  const path = given.get('url')
  const port = numberIn(given.get('port'), 1, 65_535)
  const timeoutSeconds = numberIn(given.get('timeout') ?? String(TIMEOUT_SECONDS), 1, 2_147_483)
  const mark = numberIn(given.get('fwmark') ?? '0', 0, 4_294_967_295)
  const protocol = protocolOf(given.get('protocol') ?? '1.0')
  const invalid = (name: string, what: string, value: unknown): string | undefined =>
    value === undefined && given.has(name)
      ? `invalid ${what} '${given.get(name) ?? ''}'\n${USAGE}`
      : undefined
  const problem =
    invalid('port', 'port number', port) ??
    invalid('timeout', 'timeout', timeoutSeconds) ??
    invalid('fwmark', 'fwmark', mark) ??
    invalid('protocol', 'HTTP protocol version', protocol)
  if (problem !== undefined) return wrong(problem)
  if (address === undefined || path === undefined || port === undefined) return wrong(USAGE)
  if (timeoutSeconds === undefined || mark === undefined || protocol === undefined) return wrong(USAGE)
  return accepted({
    ...{ address, port, path, protocol, mark, timeoutSeconds },
    tls: given.has('use-ssl'),
    tellsName: given.has('use-sni'),
    virtualHost: given.get('use-virtualhost'),
    verbose: given.has('verbose'),
  })
}

const wrong = (text: string): Result<never, Refused> => rejected({ text, exitCode: 1 })

/** By long names; the last of two counts. */
function wordsOf(argv: readonly string[]): Result<ReadonlyMap<string, string>, string> {
  const given = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const [name, attached] = word.startsWith('--') ? split(word.slice(2)) : [undefined, undefined]
    if (name !== undefined) {
      const option = OPTIONS.find(({ long }) => long === name)
      if (option === undefined) return rejected(USAGE)
      const value = option.takes ? (attached ?? argv[++at]) : ''
      if (value === undefined) return rejected(USAGE)
      given.set(option.long, value)
    } else if (word.length > 1 && word.startsWith('-')) {
      for (let letter = 1; letter < word.length; letter++) {
        const option = OPTIONS.find(({ short }) => short === word[letter])
        if (option === undefined) return rejected(USAGE)
        const rest = word.slice(letter + 1)
        const value = option.takes ? (rest === '' ? argv[++at] : rest) : ''
        if (value === undefined) return rejected(USAGE)
        given.set(option.long, value)
        if (option.takes) break
      }
    } else return rejected(`Unexpected argument(s): ${argv.slice(at).join(' ')}\n${USAGE}`)
  }
  return accepted(given)
}

function split(word: string): readonly [string, string | undefined] {
  const equals = word.indexOf('=')
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

function numberIn(text: string | undefined, minimum: number, maximum: number): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  const number = Number(text)
  return number >= minimum && number <= maximum ? number : undefined
}

function protocolOf(text: string): GenhashRequest['protocol'] | undefined {
  const upper = text.toUpperCase()
  return upper === '1.0' || upper === '1.0C' || upper === '1.1' ? upper : undefined
}
