/** Models for the tests of auth_type AH, from the words an operator would write. */

import { loadConfiguration } from '../../../src/config/load.ts'
import type { Model } from '../../../src/config/model.ts'
import { memoryIo } from '../../support/memory-io.ts'

export async function modelOf(text: string): Promise<Model> {
  const path = '/keepalived.conf'
  return (await loadConfiguration(path, { configId: 'test', io: memoryIo({ [path]: text }) })).model
}

export const instance = (name: string, vrid: number, authType: 'AH' | 'PASS'): string => `
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  authentication {
    auth_type ${authType}
    auth_pass secret
  }
  virtual_ipaddress {
    10.9.0.${vrid}
  }
}
`
