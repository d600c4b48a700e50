/** The command line of `vrrpd doctor`, for yargs. */

import type { Argv } from 'yargs'
import { controlOption, jsonOption } from './command.ts'
import type { DoctorArguments } from './doctor.ts'

export const doctorUsage = 'doctor'
export const doctorSummary = 'Look for what keeps this host from taking part, and say what mends it'

/** What yargs makes of the command line. */
export interface DoctorOptions {
  'use-file': string | undefined
  'config-id': string | undefined
  control: string
  probe: boolean
  verbose: boolean
  json: boolean
}

const off = { type: 'boolean', default: false } as const

export const doctorOptions = (builder: Argv): Argv<DoctorOptions> =>
  builder
    .option('use-file', {
      alias: 'f',
      type: 'string',
      requiresArg: true,
      describe: 'The configuration (default: that of the running daemon)',
    })
    .option('config-id', {
      alias: 'i',
      type: 'string',
      requiresArg: true,
      describe: 'Choose the lines beginning with @ID (default: the host name)',
    })
    .option('control', controlOption)
    .option('probe', { ...off, describe: 'Ask the LAN by ARP who has the virtual addresses' })
    .option('verbose', { ...off, alias: 'v', describe: 'Say what is well, too' })
    .option('json', jsonOption('Print the findings as JSON'))
    .epilog('Exit code: 0 no problems, 1 problems, 2 it cannot run, 3 wrong usage. Best run as root.')

export const doctorArguments = (given: DoctorOptions): DoctorArguments => ({
  file: given['use-file'],
  configId: given['config-id'],
  control: given.control,
  probe: given.probe,
  verbose: given.verbose,
  json: given.json,
})
