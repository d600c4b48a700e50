import { expect, test } from 'vitest'
import { linkDelayNotices } from '../../../src/daemon/links/link-delay-notices.ts'
import { instance, modelOf } from '../adverts/signing-model.ts'

const withDelays = (delays: string): Promise<readonly string[]> =>
  modelOf(`interface_up_down_delays {\n${delays}\n}\n${instance('VI_1', 51, 'PASS')}`).then(linkDelayNotices)

test('a delay that would let an instance take over before its link is down is named with what it gets', async () => {
  expect(await withDelays('eth0 3 5')).toEqual([
    expect.stringMatching(/^interface_up_down_delays: eth0 gets 1\.99\d* s down .* VI_1 would take over/),
  ])
})

test('what is used as it is written is nothing to say', async () => {
  expect(await withDelays('eth0 1')).toEqual([])
})
