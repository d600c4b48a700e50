/** docs/vrrpd.conf.5: the configuration, block by block. */

import { readFileSync } from 'node:fs'
import type { Keyword } from '../../src/config/syntax/keyword.ts'
import { allBlocks, sentence, syntaxOf, type Block } from './blocks.ts'

export function manualPage(): string {
  const blocks = allBlocks()
  return [
    '.\\" Written by npm run docs; changes belong in src/config/blocks or tools/docs.',
    '.Dd November 21, 2026',
    '.Dt VRRPD.CONF 5',
    '.Os',
    '.Sh NAME',
    '.Nm vrrpd.conf',
    '.Nd configuration of vrrpd, in the language of keepalived.conf',
    text('syntax'),
    ...blocks.flatMap(section),
    text('lines'),
    '.Sh SEE ALSO',
    '.Xr vrrpd 8 ,',
    '.Xr keepalived.conf 5 ,',
    '.Xr ip-route 8 ,',
    '.Xr ip-rule 8',
    '',
  ].join('\n')
}

/** What the tables do not know: the characters of the language, and the lines inside lists. */
const text = (name: 'syntax' | 'lines'): string =>
  readFileSync(new URL(`./${name}.mdoc`, import.meta.url), 'utf8').trimEnd()

function section({ title, keyword, keywords }: Block): readonly string[] {
  const heading = title === '' ? 'OUTSIDE OF ANY BLOCK' : title.replaceAll(' › ', ': ')
  const about = keyword === undefined ? [] : [escape(sentence(keyword.summary))]
  const head = keyword === undefined ? [] : [`.Dl ${escape(keyword.name)} ${escape(syntaxOf(keyword))}`]
  return [`.Sh ${escape(heading)}`, ...about, ...head, '.Bl -tag -width Ds', ...keywords.flatMap(item), '.El']
}

function item(keyword: Keyword): readonly string[] {
  const value = syntaxOf(keyword)
  return [
    `.It Cm ${escape(keyword.name)}${value === '' ? '' : ` Ar ${quoted(value)}`}`,
    ...[
      keyword.renamed === undefined ? sentence(keyword.summary) : `Old name of ${keyword.renamed}.`,
      keyword.default === undefined ? '' : `Default: ${keyword.default}.`,
      keyword.since === undefined ? '' : `In keepalived since ${keyword.since}.`,
      standingOf(keyword),
    ]
      .filter((text) => text !== '')
      .map(escape),
  ]
}

function standingOf({ standing }: Keyword): string {
  if (standing.kind === 'no-effect') return `Accepted without effect: ${standing.because}.`
  return standing.kind === 'not-yet' ? `Not acted on yet: ${standing.instead}.` : ''
}

/** Text that mdoc(7) takes as it is. */
export function escape(text: string): string {
  const safe = text
    .replaceAll('\\', '\\e')
    .replaceAll('…', '...')
    .replaceAll('’', "'")
    .replaceAll('‘', "'")
    .replaceAll('-', '\\-')
  return /^[.']/.test(safe) ? `\\&${safe}` : safe
}

/** One argument of a macro. */
const quoted = (text: string): string => `"${escape(text).replaceAll('"', '\\(dq')}"`
