/** One message of rtnetlink → a value. What the kernel (or anybody) sends can never throw out of here. */

import { FlagsNew } from 'netlink/dist/constants.js'
import { decodeAddress } from './address-message.ts'
import type { Envelope } from './envelope.ts'
import { decodeLink } from './link-message.ts'
import type { KernelMessage } from './message.ts'
import { RTM } from './numbers.ts'
import { decodeRoute, routeProtocol } from './route-message.ts'
import { decodeRule } from './rule-message.ts'

/** Values of rtm_protocol. */
export type Protocols = ReadonlySet<number>

/**
 * Undefined for a message that is malformed or says nothing of interest.
 *
 * @param watched the protocols whose routes are of interest
 */
export function decodeMessage(envelope: Envelope, watched: Protocols): KernelMessage | undefined {
  try {
    return decode(envelope, watched)
  } catch {
    // The package's readers throw where a length is not what they expect.
    return undefined
  }
}

function decode(envelope: Envelope, watched: Protocols): KernelMessage | undefined {
  const { type, port, data } = envelope
  switch (type) {
    case RTM.NEWLINK:
      return decodeLink(data, false)
    case RTM.DELLINK:
      return decodeLink(data, true)
    case RTM.NEWADDR:
      return decodeAddress(data, port, false)
    case RTM.DELADDR:
      return decodeAddress(data, port, true)
    case RTM.NEWROUTE:
      return decodeNewRoute(envelope, watched)
    case RTM.DELROUTE: {
      const route = watched.has(routeProtocol(data)) ? decodeRoute(data) : undefined
      return route && { type: 'route-gone', route, portId: port }
    }
    case RTM.NEWRULE: {
      const rule = decodeRule(data)
      return rule && { type: 'rule', rule, portId: port }
    }
    case RTM.DELRULE: {
      const rule = decodeRule(data)
      return rule && { type: 'rule-gone', rule, portId: port }
    }
    default:
      return undefined
  }
}

/** A routing daemon may announce a million routes: most are passed over by one look at their protocol. */
function decodeNewRoute({ flags, port, data }: Envelope, watched: Protocols): KernelMessage | undefined {
  const replaces = (flags & FlagsNew.REPLACE) !== 0
  if (watched.has(routeProtocol(data))) {
    const route = decodeRoute(data)
    return route && { type: 'route', route, portId: port, replaces }
  }
  const by = replaces && watched.size > 0 ? decodeRoute(data) : undefined
  return by && { type: 'route-replaced', by, portId: port }
}
