/** `NAT`, `DR` or `TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]`. */

import type { Arguments } from '../../syntax/keyword.ts'
import type { Word } from '../../syntax/lexer.ts'
import { errorAt } from '../../syntax/place-diagnostic.ts'
import { parseInteger } from '../../values/number.ts'
import type { Forwarding } from './load-balancing.ts'

type Tunnel = Extract<Forwarding, { method: 'tunnel' }>['tunnel']

const TYPES: readonly Tunnel['type'][] = ['ipip', 'gue', 'gre']
const CHECKSUMS: ReadonlyMap<string, Tunnel['checksum']> = new Map([
  ['nocsum', 'none'],
  ['csum', 'checksum'],
  ['remcsum', 'remote'],
])

export const forwarding: Arguments<Forwarding> = {
  syntax: 'NAT|DR|TUN [type ipip|gue port N|gre [nocsum|csum|remcsum]]',
  needed: 1,
  read({ words }, report) {
    const [keyword, method, ...options] = words
    if (method === undefined) return undefined
    const plain = METHODS.get(method.text)
    if (plain === undefined) {
      report(errorAt(method, 'invalid-value', 'NAT, DR or TUN is expected here; the line is ignored'))
      return undefined
    }
    const read = plain.method === 'tunnel' ? tunnelOf(options, keyword) : noOptions(options, method)
    if (read === undefined) return plain
    if (!('place' in read)) return read
    const { place, problem, code = 'invalid-value' } = read
    report(errorAt(place, code, `${problem}; what follows ${method.text} is ignored`))
    return plain
  },
}

export const MASQUERADE: Forwarding = { method: 'masquerade' }

const METHODS: ReadonlyMap<string, Forwarding> = new Map<string, Forwarding>([
  ['NAT', MASQUERADE],
  ['DR', { method: 'route' }],
  ['TUN', { method: 'tunnel', tunnel: { type: 'ipip', port: 0, checksum: 'none' } }],
])

interface Problem {
  readonly place: Word
  readonly problem: string
  readonly code?: 'unknown-option'
}

const noOptions = ([option]: readonly Word[], method: Word): Problem | undefined =>
  option && { place: option, problem: `${method.text} has no options` }

/** As the kernel has them: keepalived refuses a port without gue, gue without one, and checksums that a type lacks. */
function tunnelOf(options: readonly Word[], keyword: Word): Forwarding | Problem {
  let type: Tunnel['type'] = 'ipip'
  let checksum: Tunnel['checksum'] = 'none'
  let port = 0
  for (let index = 0; index < options.length; index++) {
    const option = options[index]
    if (option === undefined) break
    const sum = CHECKSUMS.get(option.text)
    if (sum !== undefined) {
      checksum = sum
      continue
    }
    if (option.text !== 'type' && option.text !== 'port')
      return { place: option, problem: `'${option.text}' is no option of TUN`, code: 'unknown-option' }
    const given = options[++index]
    if (given === undefined) return { place: option, problem: `'${option.text}' needs a value` }
    if (option.text === 'type') {
      const known = TYPES.find((one) => one === given.text)
      if (known === undefined) return { place: given, problem: 'ipip, gue or gre is expected here' }
      type = known
    } else {
      port = parseInteger(given.text) ?? 0
      if (port < 1 || port > 65_535) return { place: given, problem: `'${given.text}' is no port, 1..65535` }
    }
  }
  if ((type === 'gue') !== (port !== 0))
    return { place: keyword, problem: 'gue needs a port, and no other has one' }
  if (type === 'ipip' && checksum !== 'none') return { place: keyword, problem: 'ipip has no checksums' }
  if (type === 'gre' && checksum === 'remote') return { place: keyword, problem: 'gre has no remcsum' }
  return { method: 'tunnel', tunnel: { type, port, checksum } }
}

/** As it is written. */
export function forwardingWords(forwarding: Forwarding): string {
  if (forwarding.method !== 'tunnel') return forwarding.method === 'route' ? 'DR' : 'NAT'
  const { type, port, checksum } = forwarding.tunnel
  const sum = [...CHECKSUMS].find(([, value]) => value === checksum)?.[0]
  return [
    'TUN',
    `type ${type}`,
    ...(port === 0 ? [] : [`port ${port}`]),
    ...(checksum === 'none' ? [] : [sum]),
  ].join(' ')
}
