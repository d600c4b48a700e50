import { expect, test } from 'vitest'
import { loadConfiguration } from '../../src/config/load.ts'
import { dumpModel } from '../../src/daemon/dump.ts'
import { memoryIo } from '../support/memory-io.ts'

test('tells what was understood, and no password', async () => {
  const text = `
vrrp_script chk { 
  script "/bin/check 1"
  weight -5
}
vrrp_sync_group G {
  group {
    VI_1
  }
  sync_group_tracking_weight
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  preempt_delay 3
  authentication {
    auth_type PASS
    auth_pass s3cr3t
  }
  track_script {
    chk
  }
  virtual_ipaddress {
    10.0.0.9/24
  }
  virtual_routes {
    10.9.0.0/16 via 10.0.0.1 dev eth0 table 7
  }
  notify_master "/bin/up now"
}`
  const { model } = await loadConfiguration('/k.conf', {
    configId: 'host',
    io: memoryIo({ '/k.conf': text }),
  })
  const lines = dumpModel(model).map((line) => line.trim())
  expect(lines).toEqual([
    'VRRP Script = chk',
    'Command = /bin/check 1',
    'Interval = 1 sec, timeout = 1 sec',
    'Weight = -5, rise = 1, fall = 1',
    'VRRP Sync Group = G',
    'Members = VI_1',
    'VRRP Instance = VI_1',
    'Interface = eth0',
    'Virtual Router ID = 51',
    'Wanted State = BACKUP, priority = 100',
    'Advert interval = 1 sec',
    'Preempt = enabled',
    'Preempt delay = 3 sec',
    'Authentication type = PASS',
    'Tracked script = chk weight -5',
    'Virtual IP = 10.0.0.9/24 dev eth0',
    'Virtual Route = unicast 10.9.0.0/16 via 10.0.0.1 dev eth0 table 7',
    'Master state transition script = /bin/up now',
  ])
  expect(lines.join('\n')).not.toContain('s3cr3t')
})
