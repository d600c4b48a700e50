/** Time: only logs need the wall clock, elections do not; and how long the host has been up. */

import type { Facts } from '../facts.ts'
import { hint, ok, unknown, warning, type Finding } from '../finding.ts'

/** A switch port with spanning tree forwards after 30 s; with slow hosts around it, some more. */
const YOUNG_SECONDS = 120

export function checkClock({ clock, configuration }: Facts): readonly Finding[] {
  const findings: Finding[] = []
  if (clock.synchronised === false) {
    findings.push(
      warning({
        what: 'the clock is not synchronised',
        why: 'elections do not need it, but the logs of two hosts cannot be laid side by side',
        mend: 'apt-get install systemd-timesyncd # or chrony, or what your network uses',
      }),
    )
  } else {
    findings.push(
      clock.synchronised === undefined
        ? unknown('whether it is synchronised: neither systemd-timesyncd nor timedatectl says')
        : ok('the clock is synchronised'),
    )
  }
  const { uptimeSeconds } = clock
  const delayed = configuration.ok && configuration.value.startupDelaySeconds > 0
  if (uptimeSeconds !== undefined && uptimeSeconds < YOUNG_SECONDS && !delayed) {
    findings.push(
      hint(
        `this host was started ${Math.round(uptimeSeconds)} s ago`,
        'a card or a switch port that is deaf for the first half minute lets a freshly started router become MASTER beside the other one',
        'vrrp_startup_delay 30 in global_defs, if the log shows a MASTER at every boot',
      ),
    )
  }
  return findings
}
