/** track_script and track_interface lines, of instances and of groups. */

import type { Report } from '../diagnostics.ts'
import type { Words } from '../lexer.ts'
import { spanOf } from '../line.ts'
import type { TrackedInterface, TrackedScript, VrrpScript } from '../model.ts'
import { errorAt } from '../report.ts'
import { readWeight, type Weight } from '../values/weight.ts'

/** @param scripts those defined above this line: keepalived looks them up while it reads. */
export function resolveTrackedScripts(
  entries: readonly Words[],
  scripts: ReadonlyMap<string, VrrpScript>,
  report: Report,
): TrackedScript[] {
  const tracked = new Map<string, TrackedScript>()
  for (const entry of entries) {
    const [name] = entry.words
    const script = scripts.get(name.text)
    if (script === undefined) {
      const message = `there is no vrrp_script ${name.text} above this line: it is not tracked`
      report(errorAt(name, 'script-not-found', message))
    } else if (tracked.has(name.text)) {
      report(errorAt(name, 'duplicate-name', `${name.text} is already tracked: this line is ignored`))
    } else {
      const own = entryWeight(entry, report)
      const { weight, reverse } = own ?? script
      tracked.set(name.text, { script: name.text, weight, reverse, span: spanOf(name) })
    }
  }
  return [...tracked.values()]
}

/** @param ownLink the instance's interface, which is tracked anyway. */
export function resolveTrackedInterfaces(
  entries: readonly Words[],
  ownLink: string | undefined,
  report: Report,
): TrackedInterface[] {
  const tracked = new Map<string, TrackedInterface>()
  for (const entry of entries) {
    const [name] = entry.words
    const link = name.text
    const own = entryWeight(entry, report)
    if (link === ownLink)
      report(errorAt(name, 'own-interface', `${link} is the instance's own interface: this line is ignored`))
    else if (tracked.has(link))
      report(errorAt(name, 'duplicate-name', `${link} is already tracked: this line is ignored`))
    else
      tracked.set(link, {
        link,
        weight: own?.weight ?? 0,
        reverse: own?.reverse ?? false,
        span: spanOf(name),
      })
  }
  return [...tracked.values()]
}

/** `NAME weight N [reverse]` */
function entryWeight({ words }: Words, report: Report): Weight | undefined {
  const [, option, ...rest] = words
  if (option === undefined) return undefined
  if (option.text !== 'weight') {
    report(errorAt(option, 'invalid-value', `only 'weight' may follow here; ignored`))
    return undefined
  }
  return readWeight(rest, 253, report)
}
