/** How long the protocol allows what is no one's wish. Pure. */

import { plus, seconds, times, type Duration } from '../../base/time.ts'
import type { Alike } from './alike.ts'

const PATIENCE = seconds(1)

/** After so long, a host that is there must have taken over. */
export const patienceFor = ({ masterDownInterval }: Pick<Alike, 'masterDownInterval'>): Duration =>
  plus(seconds(masterDownInterval), PATIENCE)

/** So long, two hosts may have one address. */
export const overlapFor = ({ masterDownInterval }: Pick<Alike, 'masterDownInterval'>): Duration =>
  times(seconds(masterDownInterval), 1 / 3)
