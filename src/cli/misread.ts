/** Words that yargs would read as something else, silently. Pure. */

import type { CommandEntry } from './table/commands.ts'
import type { CommandOption } from './table/option.ts'

/**
 * An empty word is taken for no number at all, or for the name of a file or socket; a flag with a value (`--json=yes`)
 * for one that is not given; `-` for nothing.
 *
 * @param argv what stands behind the command's name
 * @returns what is wrong with the first of them; undefined: nothing
 */
export function misread(
  argv: readonly string[],
  { name, operand, options }: CommandEntry,
): string | undefined {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const optionOf = (flag: string): CommandOption | undefined =>
    options.find(({ long, short }) => flag === `--${long}` || (short !== undefined && flag === `-${short}`))
  for (const [at, word] of words.entries()) {
    const before = optionOf(words[at - 1] ?? '')
    if (before?.argument === 'required') {
      if (word === '' && before.mayBeEmpty !== true) return isEmpty(`--${before.long}`)
      continue
    }
    const [, flag = '', value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
    const option = optionOf(flag)
    if (option?.argument === 'none' && value !== 'true' && value !== 'false')
      return `--${option.long} takes no value`
    if (option?.argument === 'required' && value === '' && option.mayBeEmpty !== true)
      return isEmpty(`--${option.long}`)
    if (word === '' && operand !== undefined) return isEmpty(operand.name)
    if (word === '-' && name !== 'check') return 'Unknown argument: -'
  }
  return undefined
}

const isEmpty = (what: string): string => `${what}: a value is needed, and it is empty`
