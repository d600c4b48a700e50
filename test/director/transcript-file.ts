/** The lines of a transcript that say what is configured: see transcript.ts. */

import type {
  Checker,
  Forwarding,
  Globals,
  RealServer,
  Target,
  VirtualServer,
} from '../../src/director/configuration.ts'
import { checker, ip, program, realServer, sorryServer, virtualServer } from './kit.ts'

const FORWARDING: Readonly<Record<string, Forwarding>> = {
  nat: { method: 'masquerade' },
  dr: { method: 'route' },
  tun: { method: 'tunnel', tunnel: { type: 'ipip', port: 0, checksum: 'none' } },
}

export function readGlobals(words: string[]): Partial<Globals> {
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined
  const timeout = after('timeouts')
  const interfaceName = after('sync')
  return {
    notifyAtStart: words.includes('notify-at-start'),
    flush: words.includes('flush'),
    flushOnStop: after('flush-on-stop') === 'all' ? 'all' : 'no',
    ...(timeout !== undefined && { timeouts: { tcpSeconds: Number(timeout) } }),
    ...(interfaceName !== undefined && {
      syncDaemon: {
        daemon: { interface: interfaceName, syncId: 51 },
        ...(words.includes('instance') && { instance: 'VI_1' }),
      },
    }),
  }
}

export function readVirtualServer(words: string[]): VirtualServer {
  const rest = [...words]
  let block = virtualServer('10.8.0.100 80', [])
  const target = readTarget(rest)
  const name =
    target.kind === 'group' ? target.name : target.kind === 'mark' ? `mark ${target.mark}` : words[0]
  block = {
    ...block,
    target,
    quorumUp: program('quorum_up', name ?? ''),
    quorumDown: program('quorum_down', name ?? ''),
  }
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) block = withWord(block, word, rest)
  return block
}

function readTarget(rest: string[]): Target {
  const protocol = rest.includes('udp') ? 'udp' : 'tcp'
  const first = rest.shift() ?? ''
  if (first === 'mark') return { kind: 'mark', mark: Number(rest.shift()), family: 'ipv4' }
  if (first === 'group') {
    const name = rest.shift() ?? ''
    const members: Extract<Target, { kind: 'group' }>['members'][number][] = []
    while (/^[\d.]+:\d+$/.test(rest[0] ?? '')) {
      const [address = '', port = ''] = (rest.shift() ?? '').split(':')
      members.push({ kind: 'address', address: ip(address), port: Number(port) })
    }
    return { kind: 'group', name, protocol, members }
  }
  return { kind: 'address', protocol, address: ip(first), port: Number(rest.shift()) }
}

function withWord(block: VirtualServer, word: string, rest: string[]): VirtualServer {
  switch (word) {
    case 'udp':
      return block
    case 'quorum':
      return { ...block, quorum: Number(rest.shift()) }
    case 'hysteresis':
      return { ...block, hysteresis: Number(rest.shift()) }
    case 'sorry':
      return { ...block, sorryServer: sorryServer(rest.shift() ?? '') }
    case 'sorry-inhibit':
      return { ...block, ...(block.sorryServer && { sorryServer: { ...block.sorryServer, inhibit: true } }) }
    case 'omega':
      return { ...block, omega: true }
    case 'ha-suspend':
      return { ...block, haSuspend: true }
    case 'lb':
      return { ...block, scheduler: rest.shift() ?? '' }
    case 'persistence':
      return { ...block, persistence: { timeoutSeconds: Number(rest.shift()) } }
    default:
      throw new Error(`no such word of a virtual server: ${word}`)
  }
}

export function readRealServer([address = '', ...rest]: string[]): RealServer {
  const port = /^\d+$/.test(rest[0] ?? '') ? ` ${rest.shift()}` : ''
  let server = realServer(`${address}${port}`, {
    notifyUp: program('notify_up', address),
    notifyDown: program('notify_down', address),
  })
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const forwarding = FORWARDING[word]
    if (forwarding !== undefined) server = { ...server, forwarding }
    else if (word === 'check') server = { ...server, checkers: [...server.checkers, readChecker(rest)] }
    else server = { ...server, ...serverWord(word, rest) }
  }
  return server
}

function serverWord(word: string, rest: string[]): Partial<RealServer> {
  switch (word) {
    case 'weight':
      return { weight: Number(rest.shift()) }
    case 'inhibit':
      return { inhibitOnFailure: true }
    case 'upper':
      return { upperThreshold: Number(rest.shift()) }
    case 'lower':
      return { lowerThreshold: Number(rest.shift()) }
    default:
      throw new Error(`no such word of a real server: ${word}`)
  }
}

function readChecker(rest: string[]): Checker {
  let read = checker(rest.shift() ?? '')
  if (rest[0] === 'is') {
    rest.shift()
    read = { ...read, fingerprint: rest.shift() ?? '' }
  }
  if (rest[0] !== 'alpha') return read
  rest.shift()
  return { ...read, alpha: true }
}
