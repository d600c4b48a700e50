/** What instances and sync groups watch. */

import { list, notYet, type Keyword } from '../syntax/keyword.ts'

export const trackScript: Keyword = list(
  'track_script',
  1,
  'vrrp_script checks that change the priority or mean FAULT',
)
export const trackInterface: Keyword = list('track_interface', 1, 'interfaces whose state does the same')
export const trackFile: Keyword = list('track_file', 3, 'track_file files whose number does the same')
export const trackProcess: Keyword = list('track_process', 3, 'vrrp_track_process processes, likewise')
export const trackBfd: Keyword = list('track_bfd', 4, 'bfd_instance sessions, likewise', {
  standing: notYet('vrrpd speaks no BFD'),
})

export const trackingKeywords: readonly Keyword[] = [
  trackScript,
  trackInterface,
  trackFile,
  trackProcess,
  trackBfd,
]
