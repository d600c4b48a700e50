/** Configurations of two hosts: well made, or with a fault that exploring them has to show. */

import type { FindingKind } from '../../../src/simulation/report/findings.ts'

export interface Files {
  readonly a: string
  readonly b: string
}

interface InstanceText {
  readonly name?: string
  readonly link?: string
  readonly vrid?: number
  readonly priority: number
  readonly address?: string
  readonly more?: string
}

const instance = ({
  name = 'VI_1',
  link = 'eth0',
  vrid = 51,
  priority,
  address = '10.0.0.9/24',
  more = '',
}: InstanceText): string => `
vrrp_instance ${name} {
  interface ${link}
  virtual_router_id ${vrid}
  priority ${priority}
  ${more}
  virtual_ipaddress {
    ${address}
  }
}
`

const script = (weight: number, more = 'interval 2'): string => `
vrrp_script chk_nginx {
  script "/usr/bin/pgrep nginx"
  weight ${weight}
  ${more}
}
`

const CHECKED = 'track_script {\n    chk_nginx\n  }'

/** Two instances, and that the group is the same everywhere. */
const routers = (priority: number, group: string): string => `
vrrp_sync_group VG {
  group {
    ${group}
  }
}
${instance({ name: 'OUTSIDE', link: 'eth0', vrid: 51, priority })}
${instance({ name: 'INSIDE', link: 'eth1', vrid: 52, priority, address: '10.1.0.9/24' })}
`

const both = (make: (priority: number) => string): Files => ({ a: make(150), b: make(100) })

const checked = (weight: number, priorities: readonly [number, number], more?: string, own = ''): Files => ({
  a: script(weight, more) + instance({ priority: priorities[0], more: `${CHECKED}\n  ${own}` }),
  b: script(weight, more) + instance({ priority: priorities[1], more: `${CHECKED}\n  ${own}` }),
})

const unicast = (own: string, peer: string): string =>
  `unicast_src_ip ${own}\n  ${peer === '' ? 'unicast_peer {\n  }' : `unicast_peer {\n    ${peer}\n  }`}`

/** Nothing must be found. */
export const wellMade: Readonly<Record<string, Files>> = {
  'one address': both((priority) => instance({ priority })),
  'a weighted check': checked(-60, [150, 100]),
  'a check whose weight adds': checked(60, [101, 100]),
  'a check that means FAULT, slow to judge': checked(0, [150, 100], 'interval 2\n  fall 2\n  rise 2'),
  'nopreempt, and a check that means FAULT': checked(
    0,
    [150, 100],
    'interval 2\n  fall 2\n  rise 2',
    'state BACKUP\n  nopreempt',
  ),
  preempt_delay: both((priority) => instance({ priority, more: 'state BACKUP\n  preempt_delay 20' })),
  'a delayed start': both(
    (priority) => `global_defs {\n  vrrp_startup_delay 7\n}\n${instance({ priority })}`,
  ),
  'a sync group': both((priority) => routers(priority, 'OUTSIDE\n    INSIDE')),
  'two masters of an address each': {
    a:
      instance({ priority: 150 }) +
      instance({ name: 'VI_2', vrid: 52, priority: 100, address: '10.0.0.10/24' }),
    b:
      instance({ priority: 100 }) +
      instance({ name: 'VI_2', vrid: 52, priority: 150, address: '10.0.0.10/24' }),
  },
  unicast: {
    a: instance({ priority: 150, more: unicast('10.0.0.1', '10.0.0.2') }),
    b: instance({ priority: 100, more: unicast('10.0.0.2', '10.0.0.1') }),
  },
  'slow adverts': both((priority) => instance({ priority, more: 'advert_int 5' })),
  'a password': both((priority) =>
    instance({ priority, more: 'authentication {\n    auth_type PASS\n    auth_pass secret\n  }' }),
  ),
  'signed adverts': both((priority) =>
    instance({ priority, more: 'authentication {\n    auth_type AH\n    auth_pass secret\n  }' }),
  ),
  'a file and a process': both(
    (priority) => `
vrrp_track_process nginx {
  process nginx
  weight 0
  delay 2
}
track_file maintenance {
  file /run/maintenance
  weight 1
}
${instance({ priority, more: 'track_process {\n    nginx\n  }\n  track_file {\n    maintenance\n  }' })}`,
  ),
  'an interface with a weight': both((priority) =>
    instance({ priority, more: 'track_interface {\n    eth1 weight -60\n  }' }),
  ),
}

interface Fault extends Files {
  readonly shows: FindingKind
}

const secret = (password: string): string =>
  `authentication {\n    auth_type PASS\n    auth_pass ${password}\n  }`

export const faulty: Readonly<Record<string, Fault>> = {
  'two VRIDs for one address': {
    a: instance({ priority: 150 }),
    b: instance({ priority: 100, vrid: 52 }),
    shows: 'doubled',
  },
  'two passwords': {
    a: instance({ priority: 150, more: secret('one') }),
    b: instance({ priority: 100, more: secret('other') }),
    shows: 'doubled',
  },
  'two advertisement intervals': {
    a: instance({ priority: 150, more: 'advert_int 1' }),
    b: instance({ priority: 100, more: 'advert_int 3' }),
    shows: 'doubled',
  },
  'a weight that is too small': { ...checked(-2, [150, 100]), shows: 'kept-while-failing' },
  'a weight that makes both equal': { ...checked(-50, [150, 100]), shows: 'kept-while-failing' },
  'a weighted check with nopreempt': {
    ...checked(-60, [150, 100], 'interval 2', 'state BACKUP\n  nopreempt'),
    shows: 'kept-while-failing',
  },
  'an address owner that is drained keeps the address, as it is its own': {
    a: instance({ priority: 255 }),
    b: instance({ priority: 100 }),
    shows: 'doubled',
  },
  'a group that lacks a member on one host': {
    a: routers(100, 'OUTSIDE\n    INSIDE'),
    b: routers(150, 'OUTSIDE'),
    shows: 'unserved',
  },
  'an interface that all lose at once': {
    ...both((priority) => instance({ priority, more: 'track_interface {\n    eth1\n  }' })),
    shows: 'lost-together',
  },
  'one failed run is a FAULT, and one good one its end': {
    ...checked(0, [150, 100], 'interval 5'),
    shows: 'flapping',
  },
  'nopreempt beside state MASTER': {
    a: instance({ priority: 150, more: 'state MASTER\n  nopreempt' }),
    b: instance({ priority: 100, more: 'state BACKUP\n  nopreempt' }),
    shows: 'nopreempt',
  },
  'a unicast_peer in one direction only': {
    a: instance({ priority: 150, more: unicast('10.0.0.1', '10.0.0.3') }),
    b: instance({ priority: 100, more: unicast('10.0.0.2', '10.0.0.1') }),
    shows: 'doubled',
  },
}
