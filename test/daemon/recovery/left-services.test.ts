/** What is left in the IPVS table goes by the record, and nothing else. */

import { expect, test } from 'vitest'
import { removeLeftServices } from '../../../src/daemon/recovery/left-services.ts'
import { createDirector, stepDirector } from '../../../src/director/engine.ts'
import { recordText } from '../../../src/director/record.ts'
import { snapshotOf } from '../../../src/director/snapshot.ts'
import { ERRNO } from '../../../src/netlink/errno.ts'
import type { IpvsChange } from '../../../src/netlink/ipvs/types.ts'
import { refusal } from '../../../src/netlink/refusal.ts'
import type { Refusal } from '../../../src/netlink/types.ts'
import { at, configuration, realServer, service, virtualServer } from '../../director/kit.ts'
import { IpvsInMemory } from '../../support/ipvs-in-memory.ts'

function left(refuses: (change: IpvsChange) => Refusal | undefined = () => undefined) {
  const blocks = ['10.8.0.100 80', '10.8.0.101 80'].map((vip) =>
    virtualServer(vip, [realServer('10.9.0.21 80')]),
  )
  const { director } = stepDirector(
    createDirector(configuration(blocks)),
    { type: 'start', table: [], timeouts: undefined, addresses: [] },
    at(1),
  )
  const table = new IpvsInMemory({ refuses })
  for (const vip of ['10.8.0.100 80', '10.8.0.101 80', '10.8.0.102 80'])
    table.change([{ type: 'add-service', service: service(vip) }])
  const text = recordText('boot', '42 7', snapshotOf(director))
  const complaints: string[] = []
  const remove = (boot: string) =>
    removeLeftServices({ readNow: () => text }, boot, table, (complaint) => void complaints.push(complaint))
  const count = (): number => {
    const services = table.services()
    return services.ok ? services.value.length : -1
  }
  return { table, remove, complaints, count }
}

test('ours go, others’ stay', () => {
  const { remove, complaints, count } = left()
  expect(remove('boot')).toEqual(['10.8.0.100:tcp:80', '10.8.0.101:tcp:80'])
  expect([complaints, count()]).toEqual([[], 1])
})

test('after another boot the table is another one', () => {
  const { remove, count } = left()
  expect([remove('other'), count()]).toEqual([[], 3])
})

test('what is gone already is no complaint, what is refused is one', () => {
  const { table, remove, complaints } = left((change) =>
    change.type === 'delete-service' &&
    change.key.kind === 'address' &&
    (Number(change.key.address) & 255) === 101
      ? refusal(ERRNO.EINVAL)
      : undefined,
  )
  table.change([{ type: 'delete-service', key: service('10.8.0.100 80').key }])
  expect(remove('boot')).toEqual([])
  expect(complaints).toEqual([expect.stringMatching(/^cannot remove IPVS service 10\.8\.0\.101:tcp:80: /)])
})
