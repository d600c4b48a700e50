/** What to say of a name that nothing has. Pure. */

import { nearest } from './suggest.ts'

/** A thousand names are no sentence. */
const MOST_NAMES = 20

/**
 * `no vrrp_instance 'VI1'; did you mean 'VI_1'? there is: VI_1, VI_2`
 *
 * @param what such names are for
 * @param known those there are
 */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known)
  const listed = known.slice(0, MOST_NAMES).join(', ')
  const rest = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : ''
  const hint = meant === undefined ? '' : ` did you mean '${meant}'?`
  return `no ${what} '${name}';${hint} ${known.length === 0 ? 'there is none' : `there is: ${listed}${rest}`}`
}
