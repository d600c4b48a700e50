/**
 * Every word of addresses, routes and rules, in every place, with good, bad, missing and repeated
 * values, beside keepalived: what `-t` ends with, and what is kept of the line. Some of them, from a
 * seed (support/seeds.ts): VRRPD_LINES=SEED chooses others, VRRPD_LINES=all tries every one (some
 * 13,000, in a quarter of an hour).
 */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import type { Model } from '../../src/config/model.ts'
import { addressWords, routeWords, ruleWords } from '../../src/daemon/dumps/words.ts'
import { testOn } from '../config/machine.ts'
import { MAIN, memoryIo } from '../config/support.ts'
import { Lab, type Host } from '../support/lab.ts'
import { needs } from '../support/privileges.ts'
import { seedOf } from '../support/seeds.ts'
import { runAnyway } from '../support/tools.ts'
import { allCases, filesOf, fileOf, PLACES, type LineCase, type Place } from './line-cases.ts'

/** Of each place. */
const SAMPLE = 12

function chosenCases(): readonly LineCase[] {
  const all = allCases()
  if (process.env['VRRPD_LINES'] === 'all') return all
  const seed = seedOf('VRRPD_LINES')
  console.log(`lines: VRRPD_LINES=${seed} chooses these again`)
  return PLACES.flatMap((place) => {
    const cases = all.filter((one) => one.place === place)
    // Steps of a prime go all over the list, in which lines of one kind are neighbours.
    return Array.from({ length: SAMPLE }, (_, step) => cases[(seed + step * 1009) % cases.length]!)
  })
}

/** Where `-t` deliberately ends otherwise, each with its reason. */
const OTHER_EXITS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(dev|oif) (missing0|averylonginterfacename) .*\bdev eth0$/,
    'an interface that is missing, but not used: the last dev of a route holds',
  ],
]

/** Where the line is deliberately left out, or read otherwise, though keepalived keeps it: each with its reason. */
const OTHERWISE: readonly (readonly [RegExp, string])[] = [
  [/ -1\b| 4294967296| -1 /, 'keepalived keeps the lowest 32 bits of a number, which nobody can have meant'],
  [/\bfwmark (1\/|\/1)( |$)/, 'half of MARK/MASK is missing'],
  [
    /\b(uidrange|sport|dport) /,
    'ranges that are backwards or too large, which the kernel refuses; a single number',
  ],
  [/\bsuppress_prefixlength (129|256)\b/, 'no prefix is that long'],
  [/\bencap (mpls|ila) /, 'not installed, which is said'],
  [
    /\bfrom .*(fe80|2001|ff02|::)|^2001.* from /,
    'routes that depend on the source are not installed, which is said',
  ],
  [/\bor \S*:|^2001.*\bor |\bor .* 2001/, 'a second gateway of another family, which the kernel refuses'],
  [/\bxresolve\b/, 'a type that routes cannot have'],
  [/\buse_vmac\b/, 'an address with a MAC address of its own is not made, which is said'],
  [
    /\b(dev|oif|iif) (?!eth[01]\b|lo\b)\S/,
    'keepalived does not run where an interface is missing, even if the line that names it is left out',
  ],
  [/\bpref 2\b/, 'a preference that is none'],
]

const machine = { interfaces: new Set(['lo', 'eth0', 'eth1']), programs: [] }

const read = (text: string): ReturnType<typeof testOn> => testOn(machine, MAIN, memoryIo({ [MAIN]: text }))

let host: Host

/** Where keepalived's dump has them. */
const SECTIONS: Readonly<Record<string, RegExp>> = {
  virtual_ipaddress: /^ {3}Virtual IP \(\d+\):$/,
  virtual_ipaddress_excluded: /^ {3}Virtual IP Excluded :$/,
  virtual_routes: /^ {3}Virtual Routes :$/,
  virtual_rules: /^ {3}Virtual Rules :$/,
  static_ipaddress: /^------< Static Addresses >------$/,
  static_routes: /^------< Static Routes >------$/,
  static_rules: /^------< Static Rules >------$/,
}

/** What keepalived says it has, once it has read a file: instance by instance, or all static items together. */
async function keptByKeepalived(file: string, place: Place): Promise<readonly (readonly string[])[]> {
  const daemon = await host.start({ kind: 'keepalived', config: file, args: ['-d'] })
  await Promise.race([daemon.logs('------< Interfaces >------', seconds(20)), daemon.exited])
  const log = await daemon.log()
  expect(log, file).toContain('------< Interfaces >------')
  await daemon.stop()
  const lines = log.split('\n').map((line) => line.replace(/^\w{3} \w{3} +\d+ [\d:]+ \d{4}: /, ''))
  const blocks: string[][] = place.isStatic ? [[]] : []
  let inside = false
  for (const line of lines) {
    if (!place.isStatic && line.startsWith(' VRRP Instance = ')) blocks.push([])
    if (SECTIONS[place.keyword]!.test(line)) inside = true
    // What the two processes say besides may come in between.
    else if (/^(------<| {1,3}\S)/.test(line)) inside = false
    else if (inside && line.startsWith('     ')) blocks.at(-1)?.push(line.trim())
    if (line.includes('------< Interfaces >------')) break
  }
  return blocks
}

function keptByUs(model: Model, { keyword }: Place): readonly (readonly string[])[] {
  const addresses = (list: Model['staticAddresses']): string[] => list.map((one) => addressWords(one, false))
  switch (keyword) {
    case 'static_ipaddress':
      return [addresses(model.staticAddresses)]
    case 'static_routes':
      return [model.staticRoutes.map(routeWords)]
    case 'static_rules':
      return [model.staticRules.map(ruleWords)]
    case 'virtual_ipaddress':
      return model.instances.map((one) => addresses(one.addresses))
    case 'virtual_ipaddress_excluded':
      return model.instances.map((one) => addresses(one.excludedAddresses))
    case 'virtual_routes':
      return model.instances.map((one) => one.routes.map(routeWords))
    default:
      return model.instances.map((one) => one.rules.map(ruleWords))
  }
}

/** How a route is added is a matter of its type to keepalived; the protocol of what is not tracked has tests of its own. */
const NOT_COMPARED = /^(prepend|append|add) | proto(col)? \d+/g

/** Our dump has fewer words; each of them is one of keepalived's. */
const isSame = (theirs: readonly string[], ours: readonly string[]): boolean =>
  theirs.length === ours.length &&
  ours.every((line, index) => {
    const told = new Set(theirs[index]!.split(' '))
    return line
      .replaceAll(NOT_COMPARED, '')
      .split(' ')
      .every((word) => told.has(word))
  })

function firstDifference(theirs: readonly string[], ours: readonly string[]): object {
  const at = ours.findIndex((line, index) => !isSame(theirs.slice(index, index + 1), [line]))
  const from = at === -1 ? ours.length : at
  return { at: from, keepalived: theirs.slice(from, from + 3), vrrpd: ours.slice(from, from + 3) }
}

needs('netns', 'keepalived')('lines of addresses, routes and rules', () => {
  const cases = chosenCases()

  beforeAll(async () => {
    const lab = await Lab.create({
      hosts: ['router'],
      lans: [
        { link: 'eth0', subnet: '10.9.0.0/24' },
        { link: 'eth1', subnet: '10.9.9.0/24' },
      ],
    })
    host = lab.host('router')
    return () => lab.destroy()
  })

  for (const place of PLACES) {
    const own = cases.filter((one) => one.place === place)

    test(`${place.keyword}: -t ends with keepalived’s code`, { timeout: 600_000 }, async () => {
      const found: unknown[] = []
      const path = join(host.directory, `${place.keyword}.conf`)
      for (const one of own) {
        if (OTHER_EXITS.some(([pattern]) => pattern.test(one.line))) continue
        const text = fileOf(one)
        await writeFile(path, text)
        const words = ['ip', 'netns', 'exec', host.namespace, 'keepalived', '-t', '-l', '-f', path]
        const { code, stderr } = await runAnyway(words)
        const { exitCode, diagnostics } = await read(text)
        if (exitCode === code) continue
        const said = diagnostics.map(({ message }) => message)
        found.push({ family: one.family, line: one.line, keepalived: code, vrrpd: exitCode, stderr, said })
      }
      expect(found).toEqual([])
    })

    test(`${place.keyword}: what is kept`, { timeout: 600_000 }, async () => {
      const found: unknown[] = []
      const ordinary: LineCase[] = []
      for (const one of own) {
        if (OTHERWISE.some(([pattern]) => pattern.test(one.line))) continue
        // With these keepalived does not run.
        const { exitCode, diagnostics } = await read(fileOf(one))
        if (exitCode !== 2 && !diagnostics.some(({ fatal }) => fatal)) ordinary.push(one)
      }
      for (const family of [4, 6] as const)
        for (const { text, lines } of filesOf(ordinary.filter((one) => one.family === family))) {
          const theirs = await keptByKeepalived(text, place)
          const ours = keptByUs((await read(text)).loaded.model, place)
          expect(ours.length, text).toBe(theirs.length)
          for (const [index, kept] of theirs.entries())
            if (!isSame(kept, ours[index]!))
              found.push({
                lines: place.isStatic ? lines : lines[index],
                ...firstDifference(kept, ours[index]!),
              })
        }
      expect(found).toEqual([])
    })
  }
})
