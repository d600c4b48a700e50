/** Which addresses the dumps call advertised, and which excluded. */

import { expect, test } from 'vitest'
import { asAdvertised } from '../../src/daemon/dumps/source.ts'
import { instanceWith } from '../config/support.ts'
import { freshRecord } from '../../src/vrrp/start.ts'
import { at, makeFacts, makeRouter } from '../vrrp/kit.ts'

test.each([
  [0, ['1', '2', '3'], ['x', 'y']],
  [2, ['1'], ['x', 'y', '2', '3']],
  [3, [], ['x', 'y', '1', '2', '3']],
])('of three and two excluded ones, without room for %i', async (unadvertised, vips, evips) => {
  const lines = 'virtual_ipaddress {\n192.0.2.2\n192.0.2.3\n}'
  const instance = await instanceWith(lines)
  const { conditions } = freshRecord(makeRouter(), undefined, makeFacts(), at(0))
  const dumped = asAdvertised(['1', '2', '3', 'x', 'y'], instance, { ...conditions, unadvertised })
  expect(dumped).toEqual([vips, evips])
})
