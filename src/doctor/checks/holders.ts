/** Who answers for the virtual addresses (`--probe`). */

import { formatIpv4 } from '../../base/address.ts'
import type { Facts, Holder } from '../facts.ts'
import { listed, ok, problem, unknown, type Finding } from '../finding.ts'

export function checkHolders(facts: Facts): readonly Finding[] {
  const { holders } = facts
  if (!holders) return []
  if (!holders.ok) return [unknown(holders.error)]
  const findings = holders.value.flatMap((holder) => judge(holder, facts))
  return findings.length > 0 ? findings : [ok('nobody answers for the virtual addresses but their MASTER')]
}

function judge({ link, address, macs }: Holder, { lan, links }: Facts): readonly Finding[] {
  const what = `${formatIpv4(address)} on ${link}`
  const why = 'the LAN reaches sometimes the one and sometimes the other'
  const mend = `arping -c 3 -I ${link} ${formatIpv4(address)}`
  if (macs.length > 1) return [problem({ what: `${what} is answered for by ${listed(macs)}`, why, mend })]
  const [mac] = macs
  if (mac === undefined) return []
  const heldHere = [...links.values()].some(({ addresses }) =>
    addresses.some((each) => each.address === address),
  )
  if (heldHere)
    return [problem({ what: `${what} is held here, and ${mac} answers for it as well`, why, mend })]
  const advertised =
    lan.ok && lan.value.adverts.some((each) => each.link === link && each.addresses.includes(address))
  if (advertised) return []
  return [
    problem({
      what: `${what} is held by ${mac}, which sends no adverts for it`,
      why: 'the address belongs to another machine, or to a MASTER that forgot it there when it crashed',
      mend,
    }),
  ]
}
