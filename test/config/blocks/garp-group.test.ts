import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { findings, load } from '../support.ts'

const groupsOf = async (text: string) => {
  const loaded = await load(text)
  const groups = loaded.model.garpGroups.map(({ links, garpInterval, gnaInterval }) => [
    ...links,
    garpInterval,
    gnaInterval,
  ])
  return [groups, findings(loaded)]
}

test('links on one line or several, and both spacings', async () => {
  expect(
    await groupsOf('garp_group {\ngarp_interval 0.2\ngna_interval 1\ninterfaces {\neth0 eth1\neth2\n}\n}\n'),
  ).toEqual([[['eth0', 'eth1', 'eth2', seconds(0.2), seconds(1)]], []])
  expect(await groupsOf('garp_group {\ngarp_interval 0.2\ninterface eth0\n}\n')).toEqual([
    [['eth0', seconds(0.2), 0]],
    [],
  ])
})

test('a link is in the first group that names it', async () => {
  const text =
    'garp_group {\ngarp_interval 1\ninterface eth0\n}\ngarp_group {\ngarp_interval 2\ninterfaces {\neth0\neth1\n}\n}\n'
  expect(await groupsOf(text)).toEqual([
    [
      ['eth0', seconds(1), 0],
      ['eth1', seconds(2), 0],
    ],
    ['8:1 already-given'],
  ])
})

test('one without any spacing is ignored, and one without links is none', async () => {
  expect(await groupsOf('garp_group {\ninterface eth0\n}\n')).toEqual([[], ['1:1 missing-value']])
  expect(await groupsOf('garp_group {\ngarp_interval 1\n}\n')).toEqual([[], []])
})
