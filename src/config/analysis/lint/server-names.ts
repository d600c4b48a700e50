/** Virtual and real servers as the file calls them. */

import type { RealServer, Target, VirtualServer } from '../../blocks/virtual-server/load-balancing.ts'
import { endpointWords } from '../../blocks/virtual-server/endpoint.ts'

/** `virtual_server 10.0.0.1 80` */
export const virtualName = ({ target }: Pick<VirtualServer, 'target'>): string =>
  `virtual_server ${targetWords(target)}`

function targetWords(target: Target): string {
  switch (target.kind) {
    case 'address':
      return endpointWords(target)
    case 'mark':
      return `fwmark ${target.mark}`
    case 'group':
      return `group ${target.name}`
  }
}

/** `10.0.0.11 80` */
export const realName = (server: RealServer): string => endpointWords(server)
