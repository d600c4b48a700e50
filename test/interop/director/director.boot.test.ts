/** virtual_server blocks beside keepalived, on a booted kernel that has IPVS: see director.guest.sh and stage.sh. */

import { bootCases, kernelNeeds } from '../../support/boot.ts'
import { needs } from '../../support/privileges.ts'

needs(
  ...kernelNeeds,
  'keepalived',
  'ipvsadm',
  'cc',
)('virtual servers', () => {
  bootCases('test/interop/director/director.guest.sh', 'kernel', 'veth ipv6 ipip ip_vs ip_vs_rr')
})
