/** Which of the configured checks are run, and what they count as before their first result. Pure. */

import type { Model, VrrpScript } from '../../config/model.ts'

/**
 * keepalived runs no script that nobody tracks. `init_fail` is about weights:
 * who waits for a script because its failure means Fault waits for the first
 * result in silence, with or without it (measured), and is not told of a Fault
 * that nobody has found. With a negative weight we do what keepalived.conf(5)
 * says, the loss counts until the first success; keepalived 2.2.7 does not
 * lower the priority before a script has returned (measured).
 */
export function scriptsToRun({ instances, syncGroups, scripts }: Model): readonly VrrpScript[] {
  const tracked = [...instances, ...syncGroups].flatMap(({ trackScripts }) => trackScripts)
  const used = new Set(tracked.map(({ script }) => script))
  const weighed = new Set(tracked.filter(({ weight }) => weight !== 0).map(({ script }) => script))
  return scripts
    .filter(({ name }) => used.has(name))
    .map((script) => ({ ...script, initFail: script.initFail && weighed.has(script.name) }))
}
