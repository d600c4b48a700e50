/**
 * Remembers since when a problem is there, where nothing else tells: since it was first seen. It limits nothing, as
 * base/repeat-limiter.ts does: every look shows all problems, and one that is gone begins anew.
 */

import type { Found, Problem } from '../../control/problem.ts'

export class ProblemMemory {
  private firstSeen: ReadonlyMap<string, string> = new Map()

  /** @param all that there are now; what is not among them any more is forgotten */
  date(all: readonly Found[], nowIso: string): readonly Problem[] {
    const seen = new Map<string, string>()
    const dated = all.map(({ subject, ...found }): Problem => {
      const instances = found.instances ?? (found.instance === null ? [] : [found.instance])
      if (found.since !== undefined) return { ...found, instances, since: found.since }
      const key = JSON.stringify([found.code, found.instance, subject])
      const since = this.firstSeen.get(key) ?? nowIso
      seen.set(key, since)
      return { ...found, instances, since }
    })
    this.firstSeen = seen
    return dated
  }
}
