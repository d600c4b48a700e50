/** docs/compatibility.md: every keyword with its standing. */

import type { Keyword, Standing } from '../../src/config/syntax/keyword.ts'
import { allBlocks, syntaxOf, type Block } from './blocks.ts'
import { introduction } from './compatibility-introduction.ts'

/** Cells are not padded, so that a changed keyword is one changed line. */
export function compatibilityPage(): string {
  return `${[introduction, ...allBlocks().map(blockTable)].join('\n\n')}\n`
}

function blockTable({ title, keyword, keywords }: Block): string {
  const name = keyword === undefined ? '' : ` ${keyword.arguments.syntax}`
  const heading = title === '' ? '### Outside of any block' : `### ${title}${name}`
  const rows = keywords.map((one) =>
    [one.name, syntaxOf(one), one.default ?? '', standingOf(one)].map(cell).join(' | '),
  )
  return [
    heading,
    '',
    '| keyword | value | default | standing |',
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll('*', '\\*')

function standingOf({ standing, since, renamed }: Keyword): string {
  const more = [
    since === undefined ? '' : `keepalived has it since ${since}`,
    renamed === undefined ? '' : `old name of ${renamed}`,
  ].filter((part) => part !== '')
  return [inWords(standing), ...more].join('; ')
}

function inWords(standing: Standing): string {
  switch (standing.kind) {
    case 'implemented':
      return 'implemented'
    case 'no-effect':
      return `accepted, no effect: ${standing.because}`
    case 'not-yet':
      return `not yet: ${standing.instead}`
  }
}
