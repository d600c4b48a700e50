/** Whether a process is one that a vrrp_track_process looks for, and whether enough of them run. Pure. */

import type { Duration } from '../../base/time.ts'

/** One vrrp_track_process; `match` as in config/model.ts. */
export interface ProcessToTrack {
  readonly name: string
  readonly program: string
  readonly parameters: readonly string[]
  readonly match: 'name' | 'exact' | 'partial' | 'initial'
  readonly quorum: number
  readonly quorumMax?: number | undefined
  readonly terminateDelay: Duration
  readonly forkDelay: Duration
}

/** The kernel keeps no more of a process's name. */
const NAME_LENGTH = 15

export interface ProcessSeen {
  /** /proc/PID/comm */
  readonly name: string
  /** /proc/PID/cmdline; undefined: nobody has asked for it. */
  readonly argv: readonly string[] | undefined
}

export const needsArguments = ({ match }: ProcessToTrack): boolean => match !== 'name'

export function matches(wanted: ProcessToTrack, { name, argv }: ProcessSeen): boolean {
  if (wanted.match === 'name') return name === wanted.program.slice(0, NAME_LENGTH)
  const [program, ...parameters] = argv ?? []
  return program === wanted.program && parametersMatch(wanted, parameters)
}

function parametersMatch({ match, parameters: wanted }: ProcessToTrack, given: readonly string[]): boolean {
  if (match === 'exact' && given.length !== wanted.length) return false
  return wanted.every((parameter, index) => {
    const other = given[index]
    const mayGoOn = match === 'initial' && index === wanted.length - 1
    return mayGoOn ? other?.startsWith(parameter) === true : other === parameter
  })
}

/** So many are right. */
export const hasQuorum = ({ quorum, quorumMax }: ProcessToTrack, count: number): boolean =>
  count >= quorum && (quorumMax === undefined || count <= quorumMax)

/** /proc/PID/stat → name and whether it runs: what has ended and is not yet waited for does not. */
export function parseStat(stat: string): { readonly name: string; readonly runs: boolean } | undefined {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  if (open < 0 || close < open) return undefined
  return { name: stat.slice(open + 1, close), runs: !/^ [ZXx]/.test(stat.slice(close + 1)) }
}

/** /proc/PID/cmdline → its words; a kernel thread has none. */
export const parseCommandLine = (text: string): readonly string[] =>
  text === '' ? [] : text.replace(/\0$/, '').split('\0')
