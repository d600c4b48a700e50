/** The command line of `vrrpd simulate`, for yargs. */

import type { CommandModule } from 'yargs'
import type { Choose } from './command.ts'

/** What yargs makes of the command line. */
interface SimulateOptions {
  FILES: string[]
  story: string | undefined
  until: string | undefined
  seed: number
  explore: number | undefined
  lan: string[]
  address: string[]
  check: boolean
  json: boolean
  svg: string | undefined
}

/** As it was given; simulate.ts reads it. */
export interface SimulateArguments {
  /** `[NAME=]FILE` */
  readonly files: readonly string[]
  readonly story: string | undefined
  readonly until: string | undefined
  readonly seed: number
  /** How many stories; as it was given. */
  readonly explore: number | undefined
  readonly lans: readonly string[]
  /** `NAME:INTERFACE=ADDRESS/PREFIX` */
  readonly addresses: readonly string[]
  readonly check: boolean
  readonly json: boolean
  readonly svg: string | undefined
}

const text = { type: 'string', requiresArg: true } as const

export const simulateCommand = (choose: Choose): CommandModule<object, SimulateOptions> => ({
  command: 'simulate <FILES..>',
  describe: 'Tell the future of some configurations: who has which address when',
  builder: (builder) =>
    builder
      .usage('vrrpd simulate [NAME=]FILE... [OPTIONS]')
      .positional('FILES', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'One keepalived.conf for each host; NAME is its file’s name unless it is given',
      })
      .option('story', {
        ...text,
        describe: 'What happens, one event a line (default: each host in turn is lost and comes back)',
      })
      .option('until', {
        ...text,
        describe: 'When it ends, e.g. 60s (default: when all is settled after the last event)',
      })
      .option('seed', {
        type: 'number',
        requiresArg: true,
        default: 1,
        describe: 'Of the small delays of packets and programs, and of random stories',
      })
      .option('explore', {
        type: 'number',
        requiresArg: true,
        describe: 'Make up so many stories of trouble, and tell the shortest that shows something unexpected',
      })
      .option('lan', {
        ...text,
        array: true,
        nargs: 1,
        default: [],
        describe: 'An interface that is a LAN, too: interfaces of one name are one LAN',
      })
      .option('address', {
        ...text,
        array: true,
        nargs: 1,
        default: [],
        describe: 'An address of a host, e.g. a:eth0=10.0.0.1/24 (default: made up)',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'Only look for errors in files and story',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print what happened as JSON' })
      .option('svg', {
        ...text,
        describe: 'Draw it into this file, too (of --explore: the first story that shows something)',
      })
      .epilog(
        'Exit code: 0 done, 1 something unexpected was found (--explore), 2 errors in the files or the story, 3 wrong usage.',
      ),
  handler: (given) => {
    const args: SimulateArguments = {
      files: given.FILES,
      story: last(given.story),
      until: last(given.until),
      seed: last(given.seed),
      explore: last(given.explore),
      lans: given.lan,
      addresses: given.address,
      check: last(given.check),
      json: last(given.json),
      svg: last(given.svg),
    }
    choose(async (io) => (await import('./simulate.ts')).simulate(args, io))
  },
})

/** What is given twice comes as a list here: the last one wins, as everywhere. */
const last = <T>(given: T): T => (Array.isArray(given) ? (given.at(-1) as T) : given)
