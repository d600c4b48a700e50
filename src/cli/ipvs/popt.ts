/**
 * Words of a command line as popt(3) takes them, which ipvsadm reads its with: clusters (`-At`), values attached with
 * or without `=`, or the next word; long names whole (no abbreviations); options anywhere up to `--`. Pure.
 *
 * Measured with ipvsadm 1.31. src/cli/getopt.ts is for keepalived, which reads otherwise.
 */

import { optionList, type OptionSpec } from './option-list.ts'

export interface GivenOption {
  readonly spec: OptionSpec
  readonly value: string | undefined
  /** The whole word it came in: what ipvsadm complains about. */
  readonly word: string
}

export interface Words {
  readonly options: readonly GivenOption[]
  readonly operands: readonly string[]
  /** popt stops at the first thing it does not understand; the options before it have been heeded by then. */
  readonly error: string | undefined
}

export function readWords(argv: readonly string[]): Words {
  const rest = [...argv]
  const options: GivenOption[] = []
  const operands: string[] = []
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      operands.push(...rest)
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    const bad = word.startsWith('--') ? long(word, rest, options) : cluster(word, rest, options)
    if (bad !== undefined) return { options, operands, error: bad }
  }
  return { options, operands, error: undefined }
}

/** These three return what is wrong. */
function long(word: string, rest: string[], options: GivenOption[]): string | undefined {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals === -1 ? undefined : equals)
  const spec = optionList.find((each) => each.long === name)
  if (spec === undefined) return unknown(word)
  return take(spec, equals === -1 ? undefined : word.slice(equals + 1), word, rest, options)
}

function cluster(word: string, rest: string[], options: GivenOption[]): string | undefined {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at)
    const spec = optionList.find(({ short }) => short === letter)
    if (spec === undefined) return unknown(word)
    const attached = word.slice(at + 1)
    if (spec.argument === 'none' && !attached.startsWith('=')) {
      options.push({ spec, value: undefined, word })
      continue
    }
    const value = attached.startsWith('=') ? attached.slice(1) : attached === '' ? undefined : attached
    return take(spec, value, word, rest, options)
  }
  return undefined
}

function take(
  spec: OptionSpec,
  attached: string | undefined,
  word: string,
  rest: string[],
  options: GivenOption[],
): string | undefined {
  if (spec.argument === 'none') {
    if (attached !== undefined) return `${word}: option does not take an argument`
    options.push({ spec, value: undefined, word })
    return undefined
  }
  const follows = rest[0] !== undefined && (spec.argument === 'required' || !rest[0].startsWith('-'))
  const value = attached ?? (follows ? rest.shift() : undefined)
  if (value === undefined && spec.argument === 'required') return `${word}: missing argument`
  options.push({ spec, value, word })
  return undefined
}

const unknown = (word: string): string => `${word}: unknown option`
