/** `track_file NAME { … }`, `vrrp_track_process NAME { … }`: what instances may track besides scripts. */

import type { Duration } from '../../base/time.ts'
import { section, table, value, type Keyword } from '../syntax/keyword.ts'
import type { Word } from '../syntax/lexer.ts'
import { flag, lenient, optionalChoice, text, words } from '../values/basic.ts'
import { quotedWords } from '../values/command.ts'
import { LONGEST_SECONDS, integer, secondsBetween } from '../values/number.ts'
import { weightUpTo, type Weight } from '../values/weight.ts'

const delaySeconds = secondsBetween({ minimum: 0.000001, maximum: Math.min(3600, LONGEST_SECONDS) })

export const file: Keyword<string> = value('file', 3, lenient(text('PATH')), 'the file that holds a number')
export const fileWeight: Keyword<Weight> = value(
  'weight',
  3,
  lenient(weightUpTo(254)),
  'the number is multiplied by it; 0: any number but 0 means FAULT',
  { default: '1' },
)
export const initFile: Keyword<readonly Word[]> = value(
  'init_file',
  3,
  words('[NUMBER] [overwrite]'),
  'make the file at start',
)

const fileKeywords = table(file, fileWeight, initFile)

export const trackFileBlock: Keyword = section(
  'track_file',
  3,
  fileKeywords,
  'a file whose number is tracked',
  { syntax: 'NAME', naming: 'needed' },
)
export const vrrpTrackFileBlock: Keyword = section('vrrp_track_file', 3, fileKeywords, 'the same', {
  syntax: 'NAME',
  naming: 'needed',
  renamed: 'track_file',
})

export const trackedProgram: Keyword<readonly string[]> = value(
  'process',
  3,
  quotedWords('COMMAND …'),
  'what to look for',
)
export const paramMatch: Keyword<'initial' | 'partial' | true> = value(
  'param_match',
  3,
  optionalChoice(['initial', 'partial']),
  'how parameters are compared',
)
export const processWeight: Keyword<Weight> = value(
  'weight',
  3,
  lenient(weightUpTo(254)),
  'added to the priority; 0: failure means FAULT',
  { default: '0' },
)
export const quorum: Keyword<number> = value(
  'quorum',
  3,
  integer({ minimum: 1, maximum: 65_535 }),
  'how many must run',
  { default: '1' },
)
export const quorumMax: Keyword<number> = value(
  'quorum_max',
  3,
  integer({ minimum: 0, maximum: 65_535 }),
  'how many may run',
)
export const delay: Keyword<Duration> = value('delay', 3, delaySeconds, 'seconds until a change counts')
export const terminateDelay: Keyword<Duration> = value(
  'terminate_delay',
  3,
  delaySeconds,
  'seconds until too few count',
)
export const forkDelay: Keyword<Duration> = value('fork_delay', 3, delaySeconds, 'seconds until enough count')
export const fullCommand: Keyword<true> = value('full_command', 3, flag, 'compare the whole command line')

export const trackProcessBlock: Keyword = section(
  'vrrp_track_process',
  3,
  table(
    trackedProgram,
    paramMatch,
    processWeight,
    quorum,
    quorumMax,
    delay,
    terminateDelay,
    forkDelay,
    fullCommand,
  ),
  'processes that are tracked',
  { syntax: 'NAME', naming: 'needed', process: 'vrrp' },
)
