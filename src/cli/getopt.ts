/**
 * A command line read as getopt_long(3) reads it, because that is what
 * keepalived's users type: `-nlD`, `-f/x`, `-f /x`, `--use-file=/x`,
 * `--use-file /x`, unambiguous abbreviations, optional values only when
 * attached, operands anywhere, `--` before operands. Pure.
 */

export interface OptionSpec {
  readonly long: string
  /** One letter; absent for options that only have a long form. */
  readonly short?: string
  readonly argument: 'none' | 'required' | 'optional'
  /** Not keepalived's. Never makes an abbreviation of a keepalived option ambiguous. */
  readonly own?: true
}

export type Token<S extends OptionSpec> =
  | { readonly kind: 'option'; readonly spec: S; readonly value: string | undefined }
  | { readonly kind: 'operand'; readonly text: string }
  /** `text` is a whole sentence in keepalived's words. */
  | { readonly kind: 'error'; readonly text: string }

interface Scan<S extends OptionSpec> {
  readonly table: readonly S[]
  /** Words not read yet; a required value may take one more from its front. */
  readonly rest: string[]
}

export function getopt<S extends OptionSpec>(argv: readonly string[], table: readonly S[]): Token<S>[] {
  const scan: Scan<S> = { table, rest: [...argv] }
  const tokens: Token<S>[] = []
  for (let word = scan.rest.shift(); word !== undefined; word = scan.rest.shift()) {
    if (word === '--') return [...tokens, ...scan.rest.map(operand)]
    if (word.startsWith('--')) tokens.push(longOption(scan, word))
    else if (word.startsWith('-') && word !== '-') tokens.push(...shortOptions(scan, word.slice(1)))
    else tokens.push(operand(word))
  }
  return tokens
}

const operand = (text: string): { kind: 'operand'; text: string } => ({ kind: 'operand', text })
const error = (text: string): { kind: 'error'; text: string } => ({ kind: 'error', text })

function longOption<S extends OptionSpec>(scan: Scan<S>, word: string): Token<S> {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals === -1 ? undefined : equals)
  const attached = equals === -1 ? undefined : word.slice(equals + 1)
  const candidates = matching(scan.table, name)
  const [spec] = candidates
  if (spec === undefined) return error(`Unknown option ${word}`)
  if (candidates.length > 1) {
    const names = candidates.map(({ long }) => `--${long}`).join(', ')
    return error(`Unknown option ${word} (it could be ${names})`)
  }
  if (spec.argument === 'none' && attached !== undefined) {
    return error(`Unknown option ${word} (--${spec.long} takes no value)`)
  }
  if (spec.argument !== 'required') return { kind: 'option', spec, value: attached }
  const value = attached ?? scan.rest.shift()
  if (value === undefined) return error(`Missing parameter for option --${spec.long}`)
  return { kind: 'option', spec, value }
}

/** An exact name always wins; otherwise keepalived's options before our own. */
function matching<S extends OptionSpec>(table: readonly S[], name: string): readonly S[] {
  const exact = table.filter(({ long }) => long === name)
  if (exact.length > 0) return exact
  const beginning = table.filter(({ long }) => name !== '' && long.startsWith(name))
  const keepalived = beginning.filter(({ own }) => own !== true)
  return keepalived.length > 0 ? keepalived : beginning
}

/** A cluster: options without values, at most one with a value at its end. */
function shortOptions<S extends OptionSpec>(scan: Scan<S>, cluster: string): readonly Token<S>[] {
  const tokens: Token<S>[] = []
  for (let at = 0; at < cluster.length; at += 1) {
    const letter = cluster.charAt(at)
    const spec = scan.table.find(({ short }) => short === letter)
    if (spec === undefined) tokens.push(error(`Unknown option -${letter}`))
    else if (spec.argument === 'none') tokens.push({ kind: 'option', spec, value: undefined })
    else return [...tokens, shortWithValue(scan, spec, letter, cluster.slice(at + 1))]
  }
  return tokens
}

/** @param attached what follows the letter in its word; nothing is an absent value, never an empty one */
function shortWithValue<S extends OptionSpec>(
  scan: Scan<S>,
  spec: S,
  letter: string,
  attached: string,
): Token<S> {
  const present = attached === '' ? undefined : attached
  if (spec.argument === 'optional') return { kind: 'option', spec, value: present }
  const value = present ?? scan.rest.shift()
  if (value === undefined) return error(`Missing parameter for option -${letter}`)
  return { kind: 'option', spec, value }
}
