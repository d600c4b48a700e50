/** `track_file NAME { … }`, `vrrp_track_process NAME { … }`: what instances may track besides scripts. */

import { notYet, section, table, value, type Keyword } from '../keyword.ts'
import { flag, lenient, optionalChoice, text, words } from '../values/basic.ts'
import { LONGEST_SECONDS, integer, secondsBetween } from '../values/number.ts'
import { weightUpTo } from '../values/weight.ts'

const notWatched = notYet('files are not watched')
const noProcesses = notYet('processes are not watched')
const delay = secondsBetween({ minimum: 0.000001, maximum: Math.min(3600, LONGEST_SECONDS) })

const fileKeywords = table(
  value('file', 3, lenient(text('PATH')), 'the file that holds a number', { standing: notWatched }),
  value('weight', 3, lenient(weightUpTo(254)), 'the number is multiplied by it', { standing: notWatched }),
  value('init_file', 3, words('[NUMBER] [overwrite]'), 'make the file at start', { standing: notWatched }),
)

export const trackFileBlock: Keyword = section(
  'track_file',
  3,
  fileKeywords,
  'a file whose number is tracked',
  {
    syntax: 'NAME',
    naming: 'needed',
    standing: notWatched,
  },
)
export const vrrpTrackFileBlock: Keyword = section('vrrp_track_file', 3, fileKeywords, 'the same', {
  syntax: 'NAME',
  naming: 'needed',
  standing: notWatched,
  renamed: 'track_file',
})

export const trackProcessBlock: Keyword = section(
  'vrrp_track_process',
  3,
  table(
    value('process', 3, words('COMMAND …', 1), 'what to look for', { standing: noProcesses }),
    value('param_match', 3, optionalChoice(['initial', 'partial']), 'how parameters are compared', {
      standing: noProcesses,
    }),
    value('weight', 3, lenient(weightUpTo(254)), 'added to the priority', { standing: noProcesses }),
    value('quorum', 3, integer({ minimum: 1, maximum: 65_535 }), 'how many must run', {
      standing: noProcesses,
    }),
    value('quorum_max', 3, integer({ minimum: 0, maximum: 65_535 }), 'how many may run', {
      standing: noProcesses,
    }),
    value('delay', 3, delay, 'seconds until a change counts', { standing: noProcesses }),
    value('terminate_delay', 3, delay, 'until too few count', { standing: noProcesses }),
    value('fork_delay', 3, delay, 'until enough count', { standing: noProcesses }),
    value('full_command', 3, flag, 'compare the whole command line', { standing: noProcesses }),
  ),
  'processes that are tracked',
  { syntax: 'NAME', naming: 'needed', process: 'vrrp', standing: noProcesses },
)
