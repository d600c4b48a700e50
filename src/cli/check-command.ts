/** The command line of `vrrpd check`, for yargs. */

import type { Argv } from 'yargs'
import type { CheckArguments } from './check.ts'
import { defaultOptions } from './daemon-options.ts'

export const checkUsage = 'check [FILE]'
export const checkSummary = 'Check a configuration, and explain what it will do'

/** What yargs makes of the command line. */
export interface CheckOptions {
  FILE: string
  'config-id': string | undefined
  interfaces: string | undefined
  'no-system': boolean
  strict: boolean
  verbose: boolean
  json: boolean | undefined
  sarif: boolean | undefined
  peer: string | undefined
  'peer-id': string | undefined
  print: boolean
  explain: string | undefined
  color: 'auto' | 'always' | 'never'
}

const colours = ['auto', 'always', 'never'] as const
const off = { type: 'boolean', default: false } as const

export const checkOptions = (builder: Argv): Argv<CheckOptions> =>
  builder
    .positional('FILE', {
      type: 'string',
      describe: 'The configuration; - for standard input',
      default: defaultOptions.configFile,
    })
    .option('config-id', {
      alias: 'i',
      type: 'string',
      requiresArg: true,
      describe: 'Choose the lines beginning with @ID (default: the host name)',
    })
    .option('interfaces', {
      type: 'string',
      requiresArg: true,
      describe: 'Assume that exactly these exist, e.g. eth0,eth1',
    })
    .option('no-system', {
      ...off,
      describe: 'Do not look at the interfaces, scripts and users of this host',
    })
    .option('strict', { ...off, describe: 'Exit code 1 if there are warnings' })
    .option('verbose', { ...off, alias: 'v', describe: 'Say how long takeovers take, too' })
    .option('json', { type: 'boolean', describe: 'Print the findings as JSON' })
    .option('sarif', { type: 'boolean', describe: 'Print the findings as SARIF 2.1.0, for CI systems' })
    .option('peer', {
      type: 'string',
      requiresArg: true,
      describe: 'Compare with the other router of the same addresses, whose configuration this is',
    })
    .option('peer-id', {
      type: 'string',
      requiresArg: true,
      implies: 'peer',
      describe: 'The --config-id of the other router (default: the same)',
    })
    .option('print', {
      ...off,
      describe: 'Print what is valid as a keepalived.conf, passwords included, and the findings to stderr',
    })
    .option('explain', {
      type: 'string',
      requiresArg: true,
      describe: 'Say what a finding’s code in brackets means, instead',
    })
    .option('color', { choices: colours, default: 'auto' as const, describe: 'Colours in the text' })
    .conflicts('json', 'sarif')
    .epilog('Exit code: 0 clean, 1 warnings and --strict, 2 errors, 3 wrong usage.')

/** The code without the brackets it is shown in. */
export const explainedCode = ({ explain }: CheckOptions): string | undefined =>
  explain?.replace(/^\[(.*)\]$/, '$1')

/** yargs takes `-` for nothing at all. */
export const withStandardInput = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'check' ? argv.map((word) => (word === '-' ? '/dev/stdin' : word)) : argv

export const checkArguments = (given: CheckOptions): CheckArguments => ({
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
