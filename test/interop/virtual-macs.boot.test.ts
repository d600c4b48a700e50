/** use_vmac beside keepalived, on a booted kernel that has macvlan: see virtual-macs.guest.sh. */

import { needs } from '../support/privileges.ts'
import { bootCases } from '../support/boot.ts'

needs(
  'root',
  'shared',
  'built',
  'linux.uml',
  'modprobe',
  'keepalived',
)('virtual MAC interfaces', () => {
  bootCases('test/interop/virtual-macs.guest.sh', ['-k', 'macvlan veth bridge ipv6'])
})
