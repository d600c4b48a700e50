/** How each event is written, and what is read out of it. Pure. */

import type { Happening } from './event.ts'
import type { Names } from './cast.ts'
import { isBar, isKeyword, type Sentence } from './sentence.ts'
import type { Word } from './words.ts'

interface Rule {
  /** For people. */
  readonly usage: string
  /** Reads what follows the event's own word. Undefined: the sentence says what is wrong. */
  read(sentence: Sentence): Happening | undefined
}

type Plain = 'kill' | 'crash' | 'start' | 'stop'

const ofHost = (type: Plain): Rule => ({
  usage: `${type} HOST`,
  read(sentence) {
    const host = sentence.host()
    return host && { type, host: host.name }
  },
})

const ofScript = (word: string, outcome: 'pass' | 'fail' | 'time out'): Rule => ({
  usage: `${word} SCRIPT on HOST`,
  read(sentence) {
    if (word === 'time out' && sentence.keyword('out') === undefined) return undefined
    return named(sentence, 'a vrrp_script', (written, host) => {
      const name = sentence.nameOf(written, host, 'vrrp_script', host.scripts)
      return name === undefined ? undefined : { type: 'script', host: host.name, name, outcome }
    })
  },
})

/** By the word that they begin with. */
const rules: Readonly<Record<string, Rule>> = {
  kill: ofHost('kill'),
  crash: ofHost('crash'),
  start: ofHost('start'),
  stop: ofHost('stop'),
  stall: {
    usage: 'stall HOST for TIME',
    read(sentence) {
      const host = sentence.host()
      sentence.keyword('for')
      const duration = sentence.duration()
      return host && duration && { type: 'stall', host: host.name, duration }
    },
  },
  link: {
    usage: 'link down|up INTERFACE on HOST',
    read(sentence) {
      const change = sentence.keyword('down', 'up')
      return named(sentence, 'an interface', (written, host) => {
        const link = sentence.nameOf(written, host, 'interface', host.links)
        return link === undefined ? undefined : { type: 'link', host: host.name, link, up: change === 'up' }
      })
    },
  },
  fail: ofScript('fail', 'fail'),
  pass: ofScript('pass', 'pass'),
  time: ofScript('time out', 'time out'),
  timeout: ofScript('timeout', 'time out'),
  partition: { usage: 'partition HOST … | HOST … [on LAN]', read: partition },
  heal: {
    usage: 'heal [LAN]',
    read(sentence) {
      if (!sentence.takes('on') && sentence.peek() === undefined) return { type: 'heal' }
      const lan = sentence.lan()
      return lan === undefined ? undefined : { type: 'heal', lan }
    },
  },
  lose: {
    usage: 'lose PERCENT% on LAN',
    read(sentence) {
      const percent = sentence.percent()
      sentence.keyword('on')
      const lan = sentence.lan()
      return percent === undefined || lan === undefined ? undefined : { type: 'lose', percent, lan }
    },
  },
  reload: {
    usage: 'reload HOST with FILE',
    read(sentence) {
      const host = sentence.host()
      sentence.keyword('with')
      const file = sentence.word('a file')
      if (file?.text === '') {
        sentence.fail('story-name', file.span, 'a file needs a name')
        return undefined
      }
      return host && file && { type: 'reload', host: host.name, file: file.text }
    },
  },
  drain: {
    usage: 'drain INSTANCE …|all on HOST [for TIME]',
    read(sentence) {
      const targets = routers(sentence)
      if (targets === undefined || !sentence.takes('for')) return targets && { type: 'drain', ...targets }
      const duration = sentence.drainDuration()
      return duration && { type: 'drain', ...targets, duration }
    },
  },
  resume: {
    usage: 'resume INSTANCE …|all on HOST',
    read(sentence) {
      const targets = routers(sentence)
      return targets && { type: 'resume', ...targets }
    },
  },
  remove: {
    usage: 'remove ADDRESS on HOST',
    read: (sentence) =>
      named(sentence, 'an address', (written, host) => {
        const address = sentence.addressOf(written, host)
        return address === undefined ? undefined : { type: 'remove', host: host.name, address }
      }),
  },
  file: {
    usage: 'file PATH NUMBER on HOST',
    read(sentence) {
      const written = sentence.word('the path or the name of a track_file')
      const number = sentence.number()
      const host = sentence.onHost()
      if (written === undefined || number === undefined || host === undefined) return undefined
      const { files } = host
      const found =
        files.find(({ path }) => path === written.text) ?? files.find(({ name }) => name === written.text)
      if (found !== undefined) return { type: 'file', host: host.name, path: found.path, number }
      const known = written.text.startsWith('/')
        ? files.map(({ path }) => path)
        : files.map(({ name }) => name)
      sentence.unknown(written, `${host.name} tracks no file '${written.text}'`, 'it tracks', known)
      return undefined
    },
  },
  process: {
    usage: 'process NAME stops|starts on HOST',
    read(sentence) {
      const written = sentence.word('a process')
      const change = sentence.keyword('stops', 'starts', 'runs')
      const host = sentence.onHost()
      const name = written && host && processOf(sentence, written, host)
      return name === undefined || host === undefined
        ? undefined
        : { type: 'process', host: host.name, name, runs: change !== 'stops' }
    },
  },
}

/** What follows `at TIME`. */
export function readHappening(sentence: Sentence): Happening | undefined {
  const word = sentence.word('an event')
  if (word === undefined) return undefined
  const rule = Object.hasOwn(rules, word.text) ? rules[word.text] : undefined
  if (rule !== undefined && word.quoted) {
    sentence.fail('story-syntax', word.span, 'a word in quotes is a name, and no event', word.text)
    return undefined
  }
  if (rule === undefined) {
    const message = `there is no event '${word.text}'`
    sentence.unknown(word, message, 'events are', Object.keys(rules), 'story-syntax')
    return undefined
  }
  sentence.usage = `at TIME ${rule.usage}`
  const happening = rule.read(sentence)
  sentence.end()
  return sentence.problem === undefined ? happening : undefined
}

/** `WORD on HOST`, where what the word may be depends on the host. */
function named(
  sentence: Sentence,
  what: string,
  resolve: (written: Word, host: Names) => Happening | undefined,
): Happening | undefined {
  const written = sentence.word(what)
  const host = sentence.onHost()
  return written && host && resolve(written, host)
}

/** `all on HOST`, or instances and sync groups. */
function routers(
  sentence: Sentence,
): { readonly host: string; readonly names: readonly string[] } | undefined {
  const words = sentence.wordsUntil("an instance, a sync group or 'all'", 'on')
  const host = sentence.onHost()
  if (host === undefined) return undefined
  const [first] = words
  if (words.length === 1 && first !== undefined && isKeyword(first, 'all'))
    return { host: host.name, names: [] }
  const names = words.map((word) => sentence.nameOf(word, host, 'instance or sync group', host.routers))
  return { host: host.name, names: [...new Set(names.filter((name) => name !== undefined))] }
}

/** Two sides or more; every host that is concerned is on one of them. */
function partition(sentence: Sentence): Happening | undefined {
  const words = sentence.wordsUntil('a host', 'on')
  const lan = sentence.takes('on') ? sentence.lan() : undefined
  if (sentence.problem !== undefined) return undefined
  const concerned = sentence.hostsOn(lan)
  const sides: string[][] = [[]]
  const seen = new Set<string>()
  for (const word of words) {
    const side = sides[sides.length - 1] ?? []
    if (isBar(word)) {
      if (side.length === 0) {
        sentence.fail('story-syntax', word.span, 'there is no host on this side')
        return undefined
      }
      sides.push([])
      continue
    }
    const host = sentence.hostOf(word)?.name
    if (host === undefined) return undefined
    if (!concerned.includes(host)) {
      sentence.unknown(word, `${host} is not on ${lan ?? ''}`, `hosts there are`, concerned)
      return undefined
    }
    if (seen.has(host)) {
      sentence.fail('story-syntax', word.span, `${host} is on a side already`)
      return undefined
    }
    seen.add(host)
    side.push(host)
  }
  const last = words[words.length - 1]
  if (last !== undefined && sides.some((side) => side.length === 0)) {
    sentence.fail('story-syntax', last.span, 'there is no host on this side')
    return undefined
  }
  const span = { ...sentence.span, start: words[0]?.span.start ?? 0, end: last?.span.end ?? 0 }
  const absent = concerned.filter((host) => !seen.has(host))
  if (absent.length > 0) {
    sentence.fail(
      'story-name',
      span,
      `on which side ${absent.length === 1 ? 'is' : 'are'} ${absent.join(', ')}? every host${lan === undefined ? '' : ` of ${lan}`} is on one`,
    )
    return undefined
  }
  if (sides.length < 2) {
    sentence.fail('story-syntax', span, "one side is no partition; sides are separated by '|'")
    return undefined
  }
  return { type: 'partition', sides, ...(lan !== undefined && { lan }) }
}

/** By the block's name, or by the program if only one block watches it. */
function processOf(sentence: Sentence, written: Word, host: Names): string | undefined {
  const { processes } = host
  if (processes.some(({ name }) => name === written.text)) return written.text
  const running = processes.filter(
    ({ program }) => program === written.text || program.endsWith(`/${written.text}`),
  )
  const names = [...new Set(running.map(({ name }) => name))]
  if (names.length === 1) return names[0]
  if (names.length > 1) {
    sentence.fail(
      'story-name',
      written.span,
      `several blocks watch '${written.text}': say which one, ${names.join(' or ')}`,
    )
    return undefined
  }
  const known = processes.map(({ name }) => name)
  sentence.unknown(written, `${host.name} has no vrrp_track_process '${written.text}'`, 'it has', known)
  return undefined
}
