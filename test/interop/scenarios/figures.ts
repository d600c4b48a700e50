/** The address and the times that stories have in common. */

import { plus, seconds, type Duration } from '../../../src/base/time.ts'
import { promptly } from '../../support/lab.ts'
import { masterDownInterval } from '../../support/lab/time.ts'

/** The virtual address of scenarios that have one. */
export const VIP = '10.9.0.100'

/** Long enough for a router of this priority to take over from a silent master, or to find itself alone. */
export const takeover = (priority: number, advertInterval?: Duration): Duration =>
  plus(masterDownInterval(priority, advertInterval), promptly)

/** For waits that only have to end: the longest takeover at advert_int 1, and a machine that is busy. */
export const sometime = takeover(1, seconds(2))
export const settle: Duration = seconds(1.5)
