/** What people see of a simulation; UPDATE_GOLDEN=1 rewrites golden/, to be reviewed like code. */

import fc from 'fast-check'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Observed } from '../../../src/simulation/report/observed.ts'
import { makeReport, renderSvg, renderTimeline } from '../../../src/simulation/report/report.ts'
import { anything } from './arbitrary.ts'
import { crowd, failover, misery } from './stories.ts'
import { faultOfXml } from './xml.ts'

const folder = 'test/simulation/report/golden'

function expectGolden(name: string, found: string): void {
  const path = join(folder, name)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, found)
  else expect(found).toBe(readFileSync(path, 'utf8'))
}

const timeline = (observed: Observed, width: number, colour = false): string =>
  renderTimeline(observed, makeReport(observed), { width, colour })

const svg = (observed: Observed): string => renderSvg(observed, makeReport(observed))

const ESCAPE = '\u001b'
const withoutColours = (text: string): string => text.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '')

describe('the timeline', () => {
  test.each(Object.entries({ failover, misery, crowd }))('%s', (name, observed) => {
    expectGolden(`${name}.text`, timeline(observed, 100))
  })

  test('on a narrow terminal', () => {
    expectGolden('misery-narrow.text', timeline(misery, 60))
  })

  test('in colours', () => {
    const coloured = timeline(misery, 100, true)
    expectGolden('misery-colours.text', coloured.replaceAll(ESCAPE, '\\e'))
    expect(withoutColours(coloured)).toBe(timeline(misery, 100))
  })

  test('of a world in which nothing is', () => {
    expect(timeline({ hosts: [], until: 0, events: [], addresses: [] }, 80)).toBe(
      'Nothing happened.\n\nNo findings.\n',
    )
  })

  test('whatever the names: text alone, and a line is too long only for a word that is', () => {
    const width = 72
    fc.assert(
      fc.property(anything, (given) => {
        const text = timeline(given, width)
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
        for (const line of text.split('\n')) {
          const longest = Math.max(
            ...line
              .trimStart()
              .split(' ')
              .map((word) => word.length),
          )
          if (line.length > width) expect(longest).toBeGreaterThan(20)
        }
        expect(withoutColours(timeline(given, width, true))).toBe(text)
      }),
    )
  })
})

describe('the picture', () => {
  test.each(Object.entries({ failover, misery, crowd }))('%s', (name, observed) => {
    expectGolden(`${name}.svg`, svg(observed))
  })

  test.each(Object.entries({ failover, misery, crowd }))('%s needs nothing but itself', (_name, observed) => {
    const picture = svg(observed)
    expect(faultOfXml(picture)).toBeUndefined()
    expect(picture).not.toMatch(
      /<script|<image|<foreignObject|@import|@font-face|\bhref=|\bon[a-z]+=|url\((?!#)/,
    )
    expect(picture).toContain('@media (prefers-color-scheme:dark)')
    expect(picture.match(/url\(#[a-z]+\)/g)).toEqual(['url(#fault)', 'url(#unserved)', 'url(#doubled)'])
  })

  test('is well-formed, and within its frame, whatever the names and times', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const picture = svg(given)
        expect(faultOfXml(picture)).toBeUndefined()
        expect(picture).not.toMatch(/NaN|Infinity|undefined/)
        const width = Number(/width="([^"]+)"/.exec(picture)?.[1])
        for (const [, x, more] of picture.matchAll(
          /<rect class="\w+" x="([^"]+)" y="[^"]+" width="([^"]+)"/g,
        )) {
          expect(Number(x)).toBeGreaterThanOrEqual(0)
          expect(Number(more)).toBeGreaterThan(0)
          expect(Number(x) + Number(more)).toBeLessThanOrEqual(width)
        }
      }),
    )
  })

  test('shows each span and each owner, and why', () => {
    const titles = [...svg(failover).matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title)
    expect(titles).toContain(
      'VI_1 on a is MASTER from 3.414 s to 15.000 s (11.6 s): no advert came for 3.414 s, and its priority is 150',
    )
    expect(titles).toContain('nobody has 10.0.0.9/24 and 3 more of VI_1 from 15.000 s to 18.023 s (3.0 s)')
    expect(titles).toContain(
      'b and a have 10.0.0.9/24 and 3 more of VI_1 at once from 34.020 s to 34.020 s (0.1 ms)',
    )
    expect(titles).toContain('15.000 s: a: killed: all it had is gone')
  })
})

describe('the test of well-formedness', () => {
  test.each([
    ['<a><b/></a>', undefined],
    ['<a x="&#60;">é&amp;</a>', undefined],
    ['<a><b></a></b>', 'closes'],
    ['<a>', 'open'],
    ['<a>&</a>', 'reference'],
    ['<a x="<"/>', 'tag'],
    ['<a x=1/>', 'tag'],
    ['<a x="1" x="2"/>', 'twice'],
    ['<a>\u0001</a>', 'character'],
    ['<a>\ud800</a>', 'character'],
    ['<a/><b/>', 'root'],
    ['text', 'root'],
  ])('%j', (text, fault) => {
    if (fault === undefined) expect(faultOfXml(text)).toBeUndefined()
    else expect(faultOfXml(text)).toContain(fault)
  })
})
