/** Which checks run, and what init_fail means for whom. */

import { expect, test } from 'vitest'
import { loadConfiguration } from '../../../src/config/load.ts'
import { scriptsToRun } from '../../../src/daemon/scripts/script-service.ts'
import { memoryIo } from '../../support/memory-io.ts'

async function toRun(tracked: string): Promise<readonly (readonly [string, boolean])[]> {
  const script = (name: string): string =>
    `vrrp_script ${name} {\n script /usr/bin/true\n init_fail\n weight ${name === 'heavy' ? 5 : 0}\n}\n`
  const text = `${script('plain')}${script('heavy')}${script('unused')}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  track_script {
    ${tracked}
  }
  virtual_ipaddress {
    10.0.0.9/24
  }
}`
  const { model } = await loadConfiguration('/k.conf', {
    configId: 'host',
    io: memoryIo({ '/k.conf': text }),
  })
  return scriptsToRun(model).map(({ name, initFail }) => [name, initFail])
}

test('a script that nobody tracks is not run; init_fail counts where there is a weight', async () => {
  expect(await toRun('plain\nheavy')).toEqual([
    ['plain', false],
    ['heavy', true],
  ])
})

test('the weight is the one of who tracks', async () => {
  expect(await toRun('plain weight -10\nheavy weight 0')).toEqual([
    ['plain', true],
    ['heavy', false],
  ])
})

test('what only a sync group tracks is run, too', async () => {
  const text = `vrrp_script chk {\n script /usr/bin/true\n}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
}
vrrp_sync_group G {
  group {
    VI_1
  }
  track_script {
    chk
  }
}`
  const { model } = await loadConfiguration('/k.conf', {
    configId: 'host',
    io: memoryIo({ '/k.conf': text }),
  })
  expect(scriptsToRun(model).map(({ name }) => name)).toEqual(['chk'])
})
