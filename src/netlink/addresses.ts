/**
 * Virtual addresses into the kernel and out of it: many in one write, each with an
 * outcome of its own, and no harm in asking twice.
 */

import { FlagsNew } from 'netlink/dist/constants.js'
import { encodeDeleteAddress, encodeNewAddress } from './address-message.ts'
import { RTM } from './numbers.ts'
import { unlessAddressAbsent, unlessThere } from './requests.ts'
import type { Transport } from './transport.ts'
import type { AddressSpec, Outcome } from './types.ts'

/**
 * An address that is there already is a success and stays as it is, even with
 * another label, scope or broadcast: the kernel cannot change these in place,
 * and to remove a working VIP for its label would be worse. keepalived 2.2.7
 * does the same (measured). The same address under another prefix length is
 * another address to the kernel, for IPv4; it is added beside it.
 */
export function installAddresses(transport: Transport, specs: readonly AddressSpec[]): readonly Outcome[] {
  const flags = FlagsNew.CREATE | FlagsNew.EXCL
  const requests = specs.map((spec) => ({ type: RTM.NEWADDR, flags, body: encodeNewAddress(spec) }))
  return transport.request(requests).map(unlessThere)
}

/** What is not there (any more) is a success. */
export function withdrawAddresses(transport: Transport, specs: readonly AddressSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({
    type: RTM.DELADDR,
    flags: 0,
    body: encodeDeleteAddress(spec),
  }))
  return transport.request(requests).map(unlessAddressAbsent)
}
