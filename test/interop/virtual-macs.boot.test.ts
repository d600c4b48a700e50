/** use_vmac beside keepalived, on a booted kernel that has macvlan: see virtual-macs.guest.sh. */

import { bootCases, bootNeeds } from '../support/boot.ts'
import { needs } from '../support/privileges.ts'

needs(...bootNeeds, 'keepalived')('virtual MAC interfaces', () => {
  bootCases('test/interop/virtual-macs.guest.sh', ['-k', 'macvlan veth bridge ipv6'])
})
