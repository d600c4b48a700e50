/** How the configuration is; what exactly is wrong with it, `vrrpd check` says. */

import type { Facts } from '../facts.ts'
import { counted, ok, problem, warning, type Finding } from '../finding.ts'

export function checkConfiguration({ configuration, director }: Facts): readonly Finding[] {
  if (!configuration.ok) {
    return [
      problem({
        what: configuration.error,
        why: 'without it there is nothing to run',
        mend: 'vrrpd doctor -f FILE, for another one',
      }),
    ]
  }
  const { path, errors, warnings, fatal, instances } = configuration.value
  const mend = `vrrpd check ${path}`
  const found = [errors > 0 && counted(errors, 'error'), warnings > 0 && counted(warnings, 'warning')].filter(
    (words) => words !== false,
  )
  const what = `${path} has ${found.join(' and ')}`
  if (fatal) return [problem({ what, why: 'vrrpd does not start with it, and refuses to reload it', mend })]
  if (instances.length === 0 && director === undefined) {
    return [
      problem({ what: `${path} has no vrrp_instance that can be run`, why: 'no address is served', mend }),
    ]
  }
  if (errors > 0) return [problem({ what, why: 'what is in error is not as it was meant', mend })]
  if (warnings > 0) return [warning({ what, why: 'what is warned of may not be as it was meant', mend })]
  return [ok(`${path}: ${counted(instances.length, 'instance')}, nothing wrong`)]
}
