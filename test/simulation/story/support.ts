/** Two hosts with something of everything that a story may speak of, and a third one on another LAN. */

import type { Cast } from '../../../src/simulation/story/story.ts'
import { modelOf } from '../../config/support.ts'

const director = (priority: number): string => `
vrrp_script chk_nginx {
  script "/bin/true"
}
track_file weight {
  file /run/weight
}
vrrp_track_process nginx {
  process /usr/sbin/nginx
}
vrrp_track_process web1 {
  process /usr/sbin/httpd first
}
vrrp_track_process web2 {
  process /usr/sbin/httpd second
}
vrrp_sync_group G {
  group {
    VI_1
    VI_2
  }
}
static_ipaddress {
  10.9.9.1/24 dev eth1
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_ipaddress {
    10.0.0.9/24
  }
  virtual_ipaddress_excluded {
    2001:db8::9/64
  }
}
vrrp_instance VI_2 {
  interface eth1
  virtual_router_id 52
  priority ${priority}
  virtual_ipaddress {
    10.1.0.9/24
  }
}
`

const outsider = `
vrrp_instance on {
  interface eth0
  virtual_router_id 53
  virtual_ipaddress {
    10.0.0.10/24
  }
}
`

export async function cast(): Promise<Cast> {
  return {
    hosts: [
      { name: 'a', model: await modelOf(director(150)) },
      { name: 'b', model: await modelOf(director(100)) },
      { name: 'the third', model: await modelOf(outsider) },
    ],
    lans: ['eth0', 'eth1'],
  }
}
