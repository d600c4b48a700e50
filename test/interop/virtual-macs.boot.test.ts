/** use_vmac beside keepalived, on a booted kernel that has macvlan: see virtual-macs.guest.sh. */

import { bootCases, kernelNeeds } from '../support/boot.ts'
import { needs } from '../support/privileges.ts'

needs(...kernelNeeds, 'keepalived')('virtual MAC interfaces', () => {
  bootCases('test/interop/virtual-macs.guest.sh', 'kernel', 'macvlan veth bridge ipv6')
})
