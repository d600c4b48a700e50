/**
 * Which notifications tell what this process asked for. The port id they carry is not
 * enough (measured on Linux 6.18): an IPv4 address that the kernel removes because of
 * another one, as a secondary with its primary, carries the port of who removed
 * that one; and notifications about IPv6 addresses carry the kernel's own, 0.
 */

import { isIpv4 } from '../base/address.ts'
import { addressKey } from './identity.ts'
import type { KernelMessage } from './message.ts'
import type { AddressSpec } from './types.ts'

export type AddressChange = 'address' | 'address-gone'

type AddressName = Pick<AddressSpec, 'linkIndex' | 'cidr' | 'peer'>

export class OwnChanges {
  private readonly portId: number
  private readonly asked = new Set<string>()

  /** @param portId the one that requests are sent from */
  constructor(portId: number) {
    this.portId = portId
  }

  /** To be told before the kernel is asked. */
  expect(change: AddressChange, addresses: readonly AddressName[]): void {
    for (const address of addresses) this.asked.add(keyOf(change, address))
  }

  /** To be told when all notifications of what was asked so far have been judged: some requests have none. */
  forget(): void {
    this.asked.clear()
  }

  has(message: KernelMessage): boolean {
    switch (message.type) {
      case 'link':
      case 'link-gone':
        return false
      case 'route':
      case 'route-gone':
      case 'route-replaced':
      case 'rule':
      case 'rule-gone':
        return message.portId === this.portId
      case 'address':
      case 'address-gone':
        return this.carriesOurPort(message) && this.asked.has(keyOf(message.type, message.address))
    }
  }

  private carriesOurPort({ address, portId }: KernelMessage & { readonly type: AddressChange }): boolean {
    return portId === this.portId || (portId === 0 && !isIpv4(address.cidr.address))
  }
}

const keyOf = (change: AddressChange, address: AddressName): string =>
  `${change} ${address.linkIndex} ${addressKey(address)}`
