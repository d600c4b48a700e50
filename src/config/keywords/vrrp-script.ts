/** `vrrp_script NAME { … }` */

import type { Duration } from '../../base/time.ts'
import { section, table, value, type Keyword } from '../syntax/keyword.ts'
import type { Command, ScriptUser } from '../model.ts'
import { flag } from '../values/basic.ts'
import { command } from '../values/command.ts'
import { checkSeconds } from '../values/check-seconds.ts'
import { instead, integer } from '../values/number.ts'
import { scriptUserArguments } from '../values/script-user.ts'
import { scriptWeight, type Weight } from '../values/weight.ts'

const COUNT = { minimum: 1, maximum: 2_147_483_647 }

export const script: Keyword<Command> = value(
  'script',
  1,
  command,
  'the program to run; exit code 0 is success; "</path": whether that file can be opened',
)
export const interval: Keyword<Duration> = value(
  'interval',
  1,
  checkSeconds,
  'seconds from one start to the next',
  { default: '1' },
)
export const timeout: Keyword<Duration> = value(
  'timeout',
  2,
  checkSeconds,
  'seconds after which a run is ended and counts as failed',
  { default: 'the interval' },
)
export const weight: Keyword<Weight> = value(
  'weight',
  1,
  scriptWeight,
  'added to the priority; 0: failure means FAULT',
  { default: '0' },
)
export const rise: Keyword<number> = value(
  'rise',
  1,
  integer(COUNT, instead(1, '1 is used')),
  'successes in a row that end a failure',
  { default: '1' },
)
export const fall: Keyword<number> = value(
  'fall',
  1,
  integer(COUNT, instead(1, '1 is used')),
  'failures in a row that end success',
  { default: '1' },
)
export const user: Keyword<ScriptUser> = value('user', 2, scriptUserArguments, 'who runs it', {
  default: 'script_user',
})
export const initFail: Keyword<true> = value('init_fail', 3, flag, 'failed until the first success')

export const vrrpScript: Keyword = section(
  'vrrp_script',
  1,
  table(script, interval, timeout, weight, rise, fall, user, initFail),
  'a check that instances and groups may track',
  { syntax: 'NAME', naming: 'needed', process: 'vrrp' },
)
