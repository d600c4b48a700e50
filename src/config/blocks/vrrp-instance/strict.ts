/** strict_mode and vrrp_strict: what is not in the RFC is taken back, each with a word about it. */

import { formatIp } from '../../../base/address.ts'
import { seconds } from '../../../base/time.ts'
import { type Report, warning } from '../../diagnostics/diagnostics.ts'
import type { Keyword } from '../../syntax/keyword.ts'
import { warningAt } from '../../syntax/place-diagnostic.ts'
import type { Values } from '../../values/values.ts'
import { garpLowerPrioDelay, garpLowerPrioRepeat } from '../garp.ts'
import { NO_AUTHENTICATION } from './authentication.ts'
import { downTimerAdverts, higherPrioSendAdvert, lowerPrioNoAdvert, preemptDelay, state } from './election.ts'
import { vmacXmitBase } from './virtual-mac.ts'
import { accept, type VrrpInstance } from './vrrp-instance.ts'

export function makeStrict(instance: VrrpInstance, values: Values, report: Report): VrrpInstance {
  const { priority, version, wantedState } = instance
  const owner = priority === 255
  const takeBack = (keyword: Keyword, message: string): void => {
    const place = values.lastGiven(keyword)?.node.statement.words[0]
    if (place !== undefined) report(warningAt(place, 'not-strict', `in strict mode ${message}`))
  }
  if (wantedState === 'MASTER' && !owner) takeBack(state, 'only priority 255 may be MASTER: BACKUP is used')
  if (wantedState === 'BACKUP' && owner) takeBack(state, 'priority 255 is MASTER: MASTER is used')
  checkFirstAddress(instance, report)
  if (instance.authentication.type !== 'none') {
    const message = 'in strict mode there is no authentication: peers that use it will not accept this router'
    report(warning('not-strict', instance.span, message))
  }
  if (instance.preemptDelay > 0) takeBack(preemptDelay, 'there is no preempt_delay: it is ignored')
  if (instance.higherPrioSendAdvert) takeBack(higherPrioSendAdvert, 'it is off')
  if (values.last(lowerPrioNoAdvert) === false) takeBack(lowerPrioNoAdvert, 'it is on')
  if ((values.last(garpLowerPrioRepeat) ?? 0) !== 0) takeBack(garpLowerPrioRepeat, 'it is 0')
  if ((values.last(garpLowerPrioDelay) ?? 0) !== 0) takeBack(garpLowerPrioDelay, 'it is 0')
  if (instance.downTimerAdverts !== 3) takeBack(downTimerAdverts, 'it is 3')
  if (instance.virtualMac?.transmitOnBase === true) takeBack(vmacXmitBase, 'it is off')
  if (version === 2 && !owner) takeBack(accept, 'VRRPv2 has no accept: it is ignored')
  return {
    ...instance,
    wantedState: owner ? 'MASTER' : 'BACKUP',
    authentication: NO_AUTHENTICATION,
    preemptDelay: seconds(0),
    lowerPrioNoAdvert: true,
    higherPrioSendAdvert: false,
    downTimerAdverts: 3,
    garp: { ...instance.garp, lowerPrioDelay: seconds(0), lowerPrioRepeat: 0 },
    accept: owner || (version === 3 && values.has(accept)),
  }
}

/** RFC 5798 section 5.2.9: the first IPv6 address is the link-local one of the virtual router. */
function checkFirstAddress({ family, addresses }: VrrpInstance, report: Report): void {
  const [first] = addresses
  if (family === 4 || first === undefined || formatIp(first.cidr.address).startsWith('fe80:')) return
  report(
    warning('not-strict', first.span, 'in strict mode the first IPv6 address has to be a link-local one'),
  )
}
