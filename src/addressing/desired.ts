/**
 * What a router or the static items want in the kernel, by the names of links; link-binding.ts puts their
 * numbers in. Pure.
 */

import type {
  AddressFlags as WrittenFlags,
  Scope,
  VirtualAddress,
  VirtualRoute,
  VirtualRule,
} from '../config/model.ts'
import type { AddressFlags, AddressSpec, RuleSpec } from '../netlink/types.ts'

/** An AddressSpec but for the link's index, which only the running kernel knows. */
export interface DesiredAddress {
  readonly link: string
  readonly spec: Omit<AddressSpec, 'linkIndex'>
  /** False: its loss and its link's are nobody's concern. */
  readonly track: boolean
}

/** As the Model has it: where it was written is no matter here. */
export type DesiredRoute = Omit<VirtualRoute, 'span' | 'trackGroup'>

/** Rules name their links: they need not be there. */
export interface DesiredRule {
  readonly spec: RuleSpec
  readonly track: boolean
}

export interface DesiredState {
  /** In the order of installing and announcing. */
  readonly addresses: readonly DesiredAddress[]
  readonly routes: readonly DesiredRoute[]
  readonly rules: readonly DesiredRule[]
}

export const NOTHING: DesiredState = { addresses: [], routes: [], rules: [] }

const SCOPES: Readonly<Record<Exclude<Scope, number>, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
}

/** rtnetlink's. */
export const scopeNumber = (scope: Scope): number => (typeof scope === 'number' ? scope : SCOPES[scope])

/** Infinity, as the kernel has it. */
const FOR_EVER = 0xffffffff

function desiredAddress(address: VirtualAddress): DesiredAddress {
  const { cidr, preferredLifetime: preferred, link, track } = address
  return {
    link,
    track,
    spec: {
      cidr,
      scope: scopeNumber(address.scope),
      ...(address.label !== undefined && { label: address.label }),
      ...(address.broadcast !== undefined && { broadcast: address.broadcast }),
      ...(address.peer !== undefined && { peer: address.peer }),
      ...flagsOf(address.flags),
      ...(preferred !== undefined && { preferredSeconds: preferred === 'forever' ? FOR_EVER : preferred }),
    },
  }
}

function flagsOf(written: WrittenFlags): { readonly flags?: AddressFlags } {
  const flags: AddressFlags = {
    ...(written.detectDuplicates && { detectDuplicates: true }),
    ...(written.home && { home: true }),
    ...(written.mngtmpaddr && { manageTemporary: true }),
    ...(written.noprefixroute && { noPrefixRoute: true }),
    ...(written.autojoin && { joinGroup: true }),
  }
  return Object.keys(flags).length === 0 ? {} : { flags }
}

function desiredRule(rule: VirtualRule): DesiredRule {
  const { family, preference, action, not, l3mdev, protocol, track } = rule
  return {
    track,
    spec: {
      family,
      preference,
      action,
      not,
      l3mdev,
      protocol,
      ...(rule.from !== undefined && { from: rule.from }),
      ...(rule.to !== undefined && { to: rule.to }),
      ...(rule.fwmark !== undefined && { fwmark: rule.fwmark }),
      ...(rule.fwmask !== undefined && { fwmask: rule.fwmask }),
      ...(rule.iif !== undefined && { iif: rule.iif }),
      ...(rule.oif !== undefined && { oif: rule.oif }),
      ...(rule.tos !== undefined && { tos: rule.tos }),
      ...(rule.suppressPrefixLength !== undefined && { suppressPrefixLength: rule.suppressPrefixLength }),
      ...(rule.suppressInterfaceGroup !== undefined && {
        suppressInterfaceGroup: rule.suppressInterfaceGroup,
      }),
      ...(rule.realms !== undefined && { realms: rule.realms }),
      ...(rule.uidRange !== undefined && { uids: rule.uidRange }),
      ...(rule.ipProtocol !== undefined && { ipProtocol: rule.ipProtocol }),
      ...(rule.sourcePorts !== undefined && { sourcePorts: rule.sourcePorts }),
      ...(rule.destinationPorts !== undefined && { destinationPorts: rule.destinationPorts }),
      ...(rule.tunnelId !== undefined && { tunnelId: rule.tunnelId }),
    },
  }
}

export const desiredState = (wanted: {
  readonly addresses: readonly VirtualAddress[]
  readonly routes: readonly VirtualRoute[]
  readonly rules: readonly VirtualRule[]
}): DesiredState => ({
  addresses: wanted.addresses.map(desiredAddress),
  routes: wanted.routes,
  rules: wanted.rules.map(desiredRule),
})
