import { expect, test } from 'vitest'
import { strictNotice } from '../../../src/daemon/status/strict-notice.ts'
import { modelOf } from '../adverts/signing-model.ts'

const notice = async (globals: string, lines: string): Promise<string | undefined> =>
  strictNotice(
    await modelOf(
      `global_defs {\n${globals}\n}\nvrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 1\n${lines}\n}\n`,
    ),
  )
const vip = 'virtual_ipaddress {\n10.0.0.1\n}'

test('strict mode without no_accept is worth a word where keepalived would block an address', async () => {
  expect(await notice('vrrp_strict', vip)).toMatch(
    /^vrrp_strict: keepalived drops .* of VI_1; vrrpd does so only where/,
  )
  expect(await notice('', vip)).toBeUndefined()
  expect(await notice('', `no_accept\n${vip}`)).toBeUndefined()
  expect(await notice('vrrp_strict', `no_accept\n${vip}`)).toBeUndefined()
  expect(await notice('vrrp_strict', `priority 255\n${vip}`)).toBeUndefined()
  expect(await notice('vrrp_strict', '')).toBeUndefined()
})
