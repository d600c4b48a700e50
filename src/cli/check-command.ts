/** `vrrpd check`: loads what reads configurations only when there is one to read. */

import type { CheckArguments } from './check.ts'
import type { Handler } from './command.ts'
import type { Given } from './table/commands.ts'

export const checkCommand: Handler<'check'> = {
  run: async (given, io) => {
    const { check, explain } = await import('./check.ts')
    // With or without the brackets it is shown in.
    const code = given.explain?.replace(/^\[(.*)\]$/, '$1')
    return code === undefined ? check(checkArguments(given), io) : explain(code, io)
  },
}

/** yargs takes `-` for nothing at all. */
export const withStandardInput = (words: readonly string[]): readonly string[] =>
  words.map((word) => (word === '-' ? '/dev/stdin' : word))

const checkArguments = (given: Given<'check'>): CheckArguments => ({
  file: given.FILE,
  configId: given['config-id'],
  form: given.json === true ? 'json' : given.sarif === true ? 'sarif' : 'text',
  peer: given.peer === undefined ? undefined : { file: given.peer, configId: given['peer-id'] },
  print: given.print,
  strict: given.strict,
  verbose: given.verbose,
  system: !given['no-system'],
  interfaces: given.interfaces?.split(',').filter((name) => name !== ''),
  colour: given.color,
})
