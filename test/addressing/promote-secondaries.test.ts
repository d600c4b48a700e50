/** promote_secondaries follows a link, whatever its name is. */

import { expect, test } from 'vitest'
import { Promotion } from '../../src/addressing/promote-secondaries.ts'
import type { LinkSettings } from '../../src/world/world.ts'

test('is put back on a link that has another name by then', () => {
  const names = new Map([
    [2, 'eth0'],
    [3, 'eth1'],
    [4, 'eth2'],
  ])
  const values = new Map([...names].map(([index, name]) => [name, index === 3 ? '1' : '0']))
  const settings: LinkSettings = {
    read: (link, setting) => (setting === 'ipv4/promote_secondaries' ? values.get(link) : undefined),
    write: (link, setting, value) =>
      setting === 'ipv4/promote_secondaries' && values.has(link) && values.set(link, value).size > 0,
  }
  const valueOf = (name: string): string | undefined => values.get(name)
  const said: string[] = []
  const promotion = new Promotion(
    settings,
    ({ text }) => said.push(text),
    (index) => names.get(index),
  )
  promotion.use(new Set([2, 3, 4]))
  expect(['eth0', 'eth1', 'eth2'].map(valueOf)).toEqual(['1', '1', '1'])
  names.set(2, 'lan0')
  values.set('lan0', '1')
  values.delete('eth0')
  names.delete(4)
  values.delete('eth2')
  promotion.close()
  expect(['lan0', 'eth1'].map(valueOf)).toEqual(['0', '1'])
  expect(said).toEqual([])
})

test('that cannot be read or set is said', () => {
  const said: string[] = []
  const refusing: LinkSettings = {
    read: (link) => (link === 'eth0' ? '0' : undefined),
    write: () => false,
  }
  const promotion = new Promotion(
    refusing,
    ({ text }) => said.push(text),
    (index) => `eth${index}`,
  )
  promotion.use(new Set([0, 1]))
  expect(said).toEqual(['cannot set promote_secondaries on eth0', 'cannot read promote_secondaries on eth1'])
})
