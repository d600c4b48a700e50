/** File name patterns as glob(7) has them, with csh's braces: `conf.d/{a,b}*.conf`. Sorted as glob(3) sorts. */

import type { ConfigIo } from './io.ts'

const MOST_ALTERNATIVES = 1_000

export interface Globbed {
  /** One of the pattern's alternatives: itself where it has no braces. */
  readonly alternative: string
  /** Names that match it; a name without wildcards matches itself, whether or not it exists. */
  readonly paths: readonly string[]
}

/** @param directory what a relative pattern is relative to. */
export async function glob(pattern: string, directory: string, io: ConfigIo): Promise<readonly Globbed[]> {
  const found: Globbed[] = []
  for (const alternative of expandBraces(pattern)) {
    const parts = alternative.split('/').filter((part) => part !== '')
    const base = alternative.startsWith('/') ? '/' : directory
    found.push({ alternative, paths: await walk(base, parts, io) })
  }
  return found
}

async function walk(base: string, parts: readonly string[], io: ConfigIo): Promise<readonly string[]> {
  const [part, ...rest] = parts
  if (part === undefined) return [base]
  const join = (name: string): string => (base === '/' ? `/${name}` : base === '.' ? name : `${base}/${name}`)
  if (!/[*?[\\]/.test(part)) return walk(join(part), rest, io)
  const matches = namePattern(part)
  const names = (await io.list(base)).filter((name) => matches.test(name)).sort()
  const found: string[] = []
  for (const name of names) found.push(...(await walk(join(name), rest, io)))
  return found
}

/** One component; a leading dot has to be written. */
function namePattern(part: string): RegExp {
  let source = part.startsWith('.') ? '' : '(?!\\.)'
  for (let index = 0; index < part.length; index++) {
    const character = part[index] ?? ''
    const set = character === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(part.slice(index)) : null
    if (character === '*') source += '.*'
    else if (character === '?') source += '.'
    else if (set !== null) {
      source += `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replace(/[\\\]^[]/g, '\\$&')}]`
      index += set[0].length - 1
    } else if (character === '\\' && index + 1 < part.length) source += escape(part[++index] ?? '')
    else source += escape(character)
  }
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    // A set such as [z-a] is no pattern: it matches nothing.
    return /(?!)/
  }
}

const escape = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

function expandBraces(pattern: string): readonly string[] {
  let patterns = [pattern]
  for (;;) {
    const next = patterns.flatMap(expandInnermost)
    if (next.length === patterns.length || next.length > MOST_ALTERNATIVES) return patterns
    patterns = next
  }
}

/** A brace without a comma stays as it is. */
function expandInnermost(pattern: string): readonly string[] {
  const match = /\{([^{},]*(?:,[^{},]*)+)\}/.exec(pattern)
  if (match === null) return [pattern]
  const [whole, alternatives = ''] = match
  const before = pattern.slice(0, match.index)
  const after = pattern.slice(match.index + whole.length)
  return alternatives.split(',').map((one) => `${before}${one}${after}`)
}
