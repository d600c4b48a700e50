/**
 * The units under a real systemd: guest.sh beside this file runs on a User Mode Linux that is
 * booted for it.
 */

import { bootCases, machineNeeds } from '../support/boot.ts'
import { needs } from '../support/privileges.ts'

needs(
  ...machineNeeds,
  'keepalived',
  'killall',
  'sudo',
)('vrrpd.service', () => {
  bootCases('test/systemd/guest.sh', 'machine', 'veth ip_vs ip_vs_rr')
})
