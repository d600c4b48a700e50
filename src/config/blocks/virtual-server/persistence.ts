/** `persistence_timeout`, `persistence_granularity`, `persistence_engine`: a client stays with its server. */

import { formatIpv4, ipv4FromNumber } from '../../../base/address.ts'
import type { Arguments } from '../../syntax/keyword.ts'
import { type Keyword, value } from '../../syntax/keyword.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { text } from '../../values/basic.ts'
import { optionalInteger, parseInteger } from '../../values/number.ts'
import { asWord, type Printers, printFields } from '../../values/printing.ts'
import type { Values } from '../../values/values.ts'
import type { Family, Persistence } from './load-balancing.ts'

/** Which of the two is the virtual server's family to say. */
interface Granularity {
  /** As inet_aton(3) reads it: `24` is 0.0.0.24. */
  readonly mask?: number
  readonly prefixLength?: number
  readonly isDotted: boolean
}

const granularity: Arguments<Granularity> = {
  syntax: 'NETMASK|LENGTH',
  needed: 1,
  read({ words }, report) {
    const [, given] = words
    if (given === undefined) return undefined
    const mask = inetAton(given.text)
    const number = parseInteger(given.text)
    const prefixLength = number !== undefined && number >= 1 && number <= 128 ? number : undefined
    if (mask !== undefined || prefixLength !== undefined)
      return {
        isDotted: given.text.includes('.'),
        ...(mask !== undefined && { mask }),
        ...(prefixLength !== undefined && { prefixLength }),
      }
    report(errorAt(given, 'invalid-value', `'${given.text}' is no netmask; the line is ignored`))
    return undefined
  },
}

/** One to four numbers with dots, of which the last one fills what is left; decimal, octal or hexadecimal. */
function inetAton(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length > 4 || !parts.every((part) => /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part)))
    return undefined
  const numbers = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)))
  const last = numbers.pop() ?? 0
  const rest = 4 - numbers.length
  if (numbers.some((number) => number > 255) || last >= 256 ** rest) return undefined
  return numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last)
}

const keywords = {
  timeout: value(
    'persistence_timeout',
    1,
    optionalInteger({ minimum: 1, maximum: 2_678_400 }),
    'seconds a client stays with a server',
    { default: '360 where no number follows' },
  ),
  granularity: value('persistence_granularity', 3, granularity, 'which clients count as one'),
  engine: value('persistence_engine', 3, text('NAME'), 'how clients are told apart'),
}

/** Where nothing else has said so, a plain number is a prefix length of IPv6 (measured, 2.2.7). */
export function granularityFamily(
  values: Values,
): { readonly family: Family; readonly order: number } | undefined {
  const [given] = values.all(keywords.granularity)
  return given && { family: given.value.isDotted ? 'ipv4' : 'ipv6', order: given.order }
}

export const persistenceKeywords: readonly Keyword[] = Object.values(keywords)

/** Of IPv6; more is an IPv4 mask, which a group of IPv6 addresses may have, too. */
const LONGEST_PREFIX = 128

/** Also of a granularity without a timeout (measured, 2.2.7). */
const USUAL_SECONDS = 360
const WIDEST: Readonly<Record<Family, number>> = { ipv4: 0xffffffff, ipv6: 128 }

export function persistenceOf(values: Values, family: Family): Persistence | undefined {
  const timeout = values.last(keywords.timeout)
  const width = values.last(keywords.granularity)
  if (timeout === undefined && width === undefined) return undefined
  const netmask = family === 'ipv4' ? width?.mask : width?.prefixLength
  const engine = values.last(keywords.engine)
  return {
    timeoutSeconds: typeof timeout === 'number' ? timeout : USUAL_SECONDS,
    ...(engine !== undefined && { engine }),
    ...(netmask !== undefined && netmask !== WIDEST[family] && { netmask }),
  }
}

export function persistenceLines(persistence: Persistence, family: Family): readonly string[] {
  const printers: Printers<Persistence> = {
    timeoutSeconds: (seconds) => [`persistence_timeout ${seconds}`],
    engine: (name) => [`persistence_engine ${asWord(name)}`],
    netmask: (mask) => [
      `persistence_granularity ${family === 'ipv4' || mask > LONGEST_PREFIX ? formatIpv4(ipv4FromNumber(mask)) : mask}`,
    ],
  }
  return printFields(printers, persistence)
}
