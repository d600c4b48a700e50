/** `vrrpd ipvs` beside ipvsadm, on a booted kernel that has IPVS: see ipvs.guest.sh. */

import { bootCases, kernelNeeds } from '../../support/boot.ts'
import { needs } from '../../support/privileges.ts'

needs(...kernelNeeds, 'ipvsadm')('vrrpd ipvs', () => {
  bootCases('test/cli/ipvs/ipvs.guest.sh', 'kernel', 'dummy ipv6 ip_vs ip_vs_rr')
})
