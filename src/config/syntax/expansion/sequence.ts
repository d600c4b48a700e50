/** `~SEQ(var, [start, [step,]] end)`, `~SEQx(…)` in hexadecimal, and `~LST(var, value, …)`. */

export interface Sequence {
  /** Names that each round defines. */
  readonly names: readonly string[]
  /** One round after the other: a value for each name. */
  rounds(): Iterable<readonly string[]>
  readonly length: number
  /** Index behind the closing parenthesis. */
  readonly end: number
}

/** The sequence at the start of a line; `wrong` when it cannot be read; undefined when there is none. */
export function sequenceAt(text: string): Sequence | 'wrong' | undefined {
  const head = /^~(SEQx?|LST)[ \t]*\(/.exec(text)
  if (head === null) return undefined
  const close = text.indexOf(')', head[0].length)
  if (close === -1) return 'wrong'
  const inner = text.slice(head[0].length, close)
  const end = close + 1
  return head[1] === 'LST'
    ? listSequence(inner, end)
    : numberSequence(inner, end, head[1] === 'SEQx' ? 16 : 10)
}

const NAME = /^[A-Za-z_]\w*$/

function numberSequence(inner: string, end: number, radix: 10 | 16): Sequence | 'wrong' {
  const [name = '', ...written] = inner.split(',').map((part) => part.trim())
  const numbers = written.map(parseNumber)
  if (!NAME.test(name) || numbers.length < 1 || numbers.length > 3) return 'wrong'
  if (!numbers.every((number) => number !== undefined)) return 'wrong'
  const last = numbers.at(-1) ?? 0
  const start = numbers.length === 1 ? (last < 0 ? -1 : 1) : (numbers[0] ?? 0)
  const step = numbers.length === 3 ? (numbers[1] ?? 0) : last < start ? -1 : 1
  if (step === 0 || (last - start) * step < 0) return 'wrong'
  const length = Math.floor((last - start) / step) + 1
  return { names: [name], end, length, rounds: () => count(start, step, last, radix) }
}

function* count(start: number, step: number, last: number, radix: 10 | 16): Generator<readonly string[]> {
  for (let value = start; step > 0 ? value <= last : value >= last; value += step)
    yield [value.toString(radix)]
}

/** Decimal, `0x` hexadecimal, or octal with a leading zero, as strtol(3) takes them. */
function parseNumber(text: string): number | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text)
  if (match === null) return undefined
  const [, sign, digits = ''] = match
  const value = /^0[xX]/.test(digits) ? Number(digits) : Number.parseInt(digits, /^0\d/.test(digits) ? 8 : 10)
  return Number.isSafeInteger(value) ? (sign === '-' ? -value : value) : undefined
}

/** `X, 1, 2` or `{X, Y}, {1, 2}, {3, 4}`. */
function listSequence(inner: string, end: number): Sequence | 'wrong' {
  const groups = [...inner.matchAll(/\{([^{}]*)\}|([^,{}]+)/g)]
    .map((match) => (match[1] ?? match[2] ?? '').split(',').map((part) => part.trim()))
    .filter((group) => group.some((part) => part !== ''))
  const [names, ...rounds] = groups
  if (names === undefined || rounds.length === 0 || !names.every((name) => NAME.test(name))) return 'wrong'
  if (!rounds.every((round) => round.length === names.length)) return 'wrong'
  return { names, end, length: rounds.length, rounds: () => rounds }
}
