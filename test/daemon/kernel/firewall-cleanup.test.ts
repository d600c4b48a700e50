/** Tables of no_accept are asked for only where there can be any. */

import { expect, test } from 'vitest'
import { removeTables } from '../../../src/daemon/kernel/firewall-cleanup.ts'

/** As nft on a kernel without nftables: whatever it is asked, it fails. */
const FAILS = '/bin/false'

test.each([
  { names: [], complaints: 0 },
  { names: ['vrrpd'], complaints: 1 },
])('$names: $complaints complaints of an nft that always fails', ({ names, complaints }) => {
  const said: string[] = []
  expect(removeTables(names, (text) => said.push(text), FAILS)).toEqual([])
  expect(said).toHaveLength(complaints)
})
