/** track_script and track_interface lines, of instances and of groups. */

import type { Report } from '../diagnostics.ts'
import type { Word, Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { TrackedInterface, TrackedScript } from '../model.ts'
import { errorAt } from '../report.ts'
import { nearest } from '../suggest.ts'
import type { Surrounding } from './context.ts'
import { readTrackWeight, type Weight } from '../values/weight.ts'

/** keepalived looks scripts up while it reads: only those above are found. */
export function resolveTrackedScripts(
  entries: readonly Words[],
  { scripts, scriptNames }: Pick<Surrounding, 'scripts' | 'scriptNames'>,
  report: Report,
): TrackedScript[] {
  const tracked = new Map<string, TrackedScript>()
  for (const entry of entries) {
    const [name] = entry.words
    const script = scripts.get(name.text)
    if (script === undefined) {
      const message = `there is no usable vrrp_script ${name.text} above this line: it is not tracked`
      const defined = scriptNames.get(name.text)
      const related = defined && [
        { span: defined, message: 'it is defined here: a usable one must stand above' },
      ]
      const suggestion = defined ? undefined : nearest(name.text, [...scripts.keys()])
      report(errorAt(name, 'script-not-found', message, { suggestion, related }))
    } else if (isNew(name, tracked.get(name.text), report)) {
      const weight = entryWeight(entry, script, ['reverse', 'noreverse'], report)
      if (weight !== undefined) tracked.set(name.text, { script: name.text, ...weight, span: spanOf(name) })
    }
  }
  return [...tracked.values()]
}

export function resolveTrackedInterfaces(entries: readonly Words[], report: Report): TrackedInterface[] {
  const tracked = new Map<string, TrackedInterface>()
  for (const entry of entries) {
    const [name] = entry.words
    if (!isNew(name, tracked.get(name.text), report)) continue
    const weight = entryWeight(entry, { weight: 0, reverse: false }, ['reverse'], report)
    if (weight !== undefined) tracked.set(name.text, { link: name.text, ...weight, span: spanOf(name) })
  }
  return [...tracked.values()]
}

function isNew(
  name: Word,
  earlier: { readonly span: TrackedScript['span'] } | undefined,
  report: Report,
): boolean {
  if (earlier === undefined) return true
  const related = [{ span: earlier.span, message: 'first tracked here' }]
  report(
    errorAt(name, 'duplicate-name', `${name.text} is already tracked: this line is ignored`, { related }),
  )
  return false
}

/** `NAME [weight N [reverse]]`; undefined: keepalived leaves the whole line out. */
function entryWeight(
  { words }: Words,
  inherited: Weight,
  directions: readonly string[],
  report: Report,
): Weight | undefined {
  const [, option, number, direction] = words
  if (option === undefined) return { weight: inherited.weight, reverse: inherited.reverse }
  if (option.text !== 'weight') {
    const message = `only 'weight' may follow a name, and each name needs its own line: this one is ignored`
    report(errorAt(option, 'unknown-option', message))
    return undefined
  }
  if (number === undefined) {
    report(
      errorAt(
        { ...option, from: option.to },
        'missing-value',
        `'weight' needs a number: the line is ignored`,
      ),
    )
    return undefined
  }
  return readTrackWeight(number, direction, directions, inherited.weight, report)
}
