import { expect, test } from 'vitest'
import { notServedNotice } from '../../../src/daemon/status/notices.ts'
import { instance, modelOf } from '../adverts/signing-model.ts'

const server = (port: number): string =>
  `virtual_server 10.9.0.100 ${port} {\n protocol TCP\n real_server 10.9.0.1 ${port} {\n weight 1\n}\n}\n`

test.each([
  ['', undefined],
  [server(80), /^1 virtual_server block is not served by vrrpd; .* -f \/k\.conf/],
  [server(80) + server(443), /^2 virtual_server blocks are not served/],
])('virtual servers that nobody serves are named once', async (blocks, expected) => {
  const notice = notServedNotice(await modelOf(instance('VI_1', 51, 'PASS') + blocks), '/k.conf')
  if (expected === undefined) expect(notice).toBeUndefined()
  else expect(notice).toMatch(expected)
})
