/** Why a router may not take part. Pure. */

/** For code by `kind`, for people by describeFault. */
export type FaultReason =
  | {
      /**
       * `drained`: nothing is wrong, the operator wants it out (`vrrpd drain`).
       * `no-result`: nothing is wrong any more, but a weight-0 script has not returned yet.
       */
      readonly kind:
        | 'drained'
        | 'unsupported'
        | 'link-missing'
        | 'link-down'
        | 'no-multicast'
        | 'no-source-address'
        | 'only-virtual-address'
        | 'no-link-local-address'
        | 'source-address-missing'
        | 'no-peers'
        | 'tracker'
        | 'no-result'
      /** What is asked for, the link, the address, or the tracker (`script chk_nginx`). */
      readonly subject: string
    }
  /** `subject`: the member of its sync group that is at fault. */
  | { readonly kind: 'group'; readonly subject: string; readonly reason: FaultReason }

export function describeFault(fault: FaultReason): string {
  switch (fault.kind) {
    case 'drained':
      return 'drained by the operator'
    case 'unsupported':
      return `${fault.subject} is not supported by this version of vrrpd`
    case 'link-missing':
      return `interface ${fault.subject} does not exist`
    case 'link-down':
      return `interface ${fault.subject} down`
    case 'no-multicast':
      return `interface ${fault.subject} does not support multicast`
    case 'no-source-address':
      return `no IPv4 address on ${fault.subject}`
    case 'no-link-local-address':
      return `no IPv6 link-local address on ${fault.subject}`
    case 'only-virtual-address':
      return `${fault.subject} is the only IPv4 address there, and a virtual one`
    case 'source-address-missing':
      return `src address ${fault.subject} not configured`
    case 'no-peers':
      return 'unicast without any peers'
    case 'tracker':
      return `${fault.subject} failed`
    case 'group':
      return `sync group member ${fault.subject} (${describeFault(fault.reason)})`
    case 'no-result':
      return `${fault.subject} has not returned yet`
  }
}

export const isSameFault = (a: FaultReason, b: FaultReason): boolean =>
  a.kind === b.kind &&
  a.subject === b.subject &&
  (a.kind !== 'group' || (b.kind === 'group' && isSameFault(a.reason, b.reason)))
