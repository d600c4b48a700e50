/** The problems of a report as text. Pure. */

import { printable } from '../base/printable.ts'
import { isAlarming, type Problem } from '../control/problem.ts'
import { flow, paint, words, type Cell } from '../base/layout.ts'
import type { ViewOptions } from './view-options.ts'

const INDENT = '    '

/** Of virtual servers, of which there may be a thousand, so many are told in each section. */
const MOST_OF_SERVERS = 20

/** Problems first, then what is only worth knowing. */
export function problemLines(all: readonly Problem[], options: ViewOptions): readonly string[] {
  const alarming = all.filter(isAlarming)
  const notices = all.filter((problem) => !isAlarming(problem))
  return [
    ...section({ text: 'Problems:', colour: 'red' }, alarming, options),
    ...section({ text: 'Notices:', colour: 'yellow' }, notices, options),
  ]
}

function section(title: Cell, problems: readonly Problem[], options: ViewOptions): readonly string[] {
  if (problems.length === 0) return []
  const ofServers = problems.filter(({ virtualServer }) => virtualServer !== undefined)
  const left = new Set(options.all === true ? [] : ofServers.slice(MOST_OF_SERVERS))
  return [
    paint(title, options.colour),
    ...problems.filter((problem) => !left.has(problem)).flatMap((problem) => lines(problem, options)),
    ...(left.size === 0 ? [] : [`  and ${left.size} more of virtual servers: vrrpd status --all`]),
  ]
}

function lines({ text, since, advice }: Problem, { width, time }: ViewOptions): readonly string[] {
  const { at, ago } = time(since)
  const what = hanging('  - ', `${printable(text)} (since ${at}, ${ago})`, width)
  return advice === null ? what : [...what, ...hanging('    > ', printable(advice), width)]
}

/** The first line begins with the mark, the others below its text. */
function hanging(mark: string, text: string, width: number): readonly string[] {
  const [first = '', ...rest] = flow(words(text), '', ' '.repeat(mark.length), width, false)
  return [mark + first.slice(mark.length), ...rest.map((line) => INDENT.slice(mark.length) + line)]
}
