/** Routing rules into the kernel and out of it: many in one write, and no harm in asking twice. */

import { FlagsNew } from 'netlink/dist/constants.js'
import { RTM } from './numbers.ts'
import { unlessRuleAbsent, unlessThere } from './requests.ts'
import { encodeRule } from './rule-message.ts'
import type { Transport } from './transport.ts'
import type { Outcome, RuleSpec } from './types.ts'

/** The kernel compares everything: an administrator's rule beside ours is another one, if only by its protocol. */
export function installRules(transport: Transport, specs: readonly RuleSpec[]): readonly Outcome[] {
  const flags = FlagsNew.CREATE | FlagsNew.EXCL
  const requests = specs.map((spec) => ({ type: RTM.NEWRULE, flags, body: encodeRule(spec) }))
  return transport.request(requests).map(unlessThere)
}

/** What is not there (any more) is a success. */
export function withdrawRules(transport: Transport, specs: readonly RuleSpec[]): readonly Outcome[] {
  const requests = specs.map((spec) => ({ type: RTM.DELRULE, flags: 0, body: encodeRule(spec) }))
  return transport.request(requests).map(unlessRuleAbsent)
}
