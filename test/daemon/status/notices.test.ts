import { expect, test } from 'vitest'
import { linkDelayNotices, notServedNotice, strictNotice } from '../../../src/daemon/status/notices.ts'
import { instance, modelOf } from '../adverts/signing-model.ts'

const server = (port: number): string =>
  `virtual_server 10.9.0.100 ${port} {\n protocol TCP\n real_server 10.9.0.1 ${port} {\n weight 1\n}\n}\n`

test.each([
  ['', undefined],
  [server(80), /^1 virtual_server block is not served by vrrpd; .* -f \/k\.conf/],
  [server(80) + server(443), /^2 virtual_server blocks are not served/],
])('virtual servers that nobody serves are named once', async (blocks, expected) => {
  const { loadBalancing } = await modelOf(instance('VI_1', 51, 'PASS') + blocks)
  const notice = notServedNotice(loadBalancing.virtualServers.length, '/k.conf')
  if (expected === undefined) expect(notice).toBeUndefined()
  else expect(notice).toMatch(expected)
})

const strict = async (globals: string, lines: string): Promise<string | undefined> =>
  strictNotice(
    await modelOf(
      `global_defs {\n${globals}\n}\nvrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 1\n${lines}\n}\n`,
    ),
  )
const vip = 'virtual_ipaddress {\n10.0.0.1\n}'

test('strict mode without no_accept is worth a word where keepalived would block an address', async () => {
  expect(await strict('vrrp_strict', vip)).toMatch(
    /^vrrp_strict: keepalived drops .* of VI_1; vrrpd does so only where/,
  )
  expect(await strict('', vip)).toBeUndefined()
  expect(await strict('', `no_accept\n${vip}`)).toBeUndefined()
  expect(await strict('vrrp_strict', `no_accept\n${vip}`)).toBeUndefined()
  expect(await strict('vrrp_strict', `priority 255\n${vip}`)).toBeUndefined()
  expect(await strict('vrrp_strict', '')).toBeUndefined()
})

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
