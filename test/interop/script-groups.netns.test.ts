/** Which groups scripts have: those of the daemon never, those of their user if the file says so. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import { Lab } from '../support/lab.ts'
import type { DaemonKind } from '../support/lab/daemon.ts'
import { until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'

const GROUPS = [
  'root:x:0:',
  'games:x:60:',
  'nogroup:x:65534:',
  'first:x:7001:nobody',
  'second:x:7002:root,nobody',
  'third:x:7003:root,nobodyelse',
].join('\n')

const config = (script: string, globals: string): string => `
global_defs {
  ${globals}
}
vrrp_script check {
  script "${script} check"
  interval 1
}
vrrp_script other_group {
  script "${script} other_group"
  user nobody games
  interval 1
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  track_script {
    check
    other_group
  }
  notify_backup "${script} notify"
  virtual_ipaddress {
    10.9.0.100/24
  }
}
`

/** The ids of the groups that each script has had, as `id -G` prints them. */
async function groupsOfScripts(
  { onTestFinished }: TestContext,
  kind: DaemonKind,
  globals: string,
): Promise<Record<string, string>> {
  const lab = await Lab.create({ hosts: ['a'] })
  onTestFinished(() => lab.destroy())
  const host = lab.host('a')
  const [here, script, group] = ['told', 'script.sh', 'group'].map((name) => join(host.directory, name))
  await host.exec(['mkdir', '-m', '777', here!])
  await writeFile(script!, `#!/bin/sh\nid -G >"${here}/$1.new" && mv "${here}/$1.new" "${here}/$1"\n`, {
    mode: 0o755,
  })
  await writeFile(group!, `${GROUPS}\n`)
  const under = [
    ...['setpriv', '--groups', '4,24', 'unshare', '--mount'],
    ...['sh', '-c', `mount --bind '${group}' /etc/group && exec "$@"`, 'sh'],
  ]
  await host.start({ kind, config: config(script!, globals), under })
  const names = ['check', 'notify', 'other_group']
  await until(
    'the scripts',
    async () => {
      const told = await readdir(here!)
      return names.every((name) => told.includes(name))
    },
    seconds(20),
  )
  const read = async (name: string): Promise<[string, string]> => [
    name,
    (await readFile(join(here!, name), 'utf8')).trim(),
  ]
  return Object.fromEntries(await Promise.all(names.map(read)))
}

needs(
  'netns',
  'root',
  'built',
  'keepalived',
)('the groups of scripts', () => {
  for (const kind of ['keepalived', 'vrrpd'] as const) {
    test.concurrent(`${kind}: only the one that is set, and none of the daemon’s`, async (context) => {
      expect(await groupsOfScripts(context, kind, 'script_user nobody')).toEqual({
        check: '65534',
        notify: '65534',
        other_group: '60',
      })
    })

    test.concurrent(`${kind}: none of the daemon’s where scripts run as it does`, async (context) => {
      expect(await groupsOfScripts(context, kind, '')).toMatchObject({ check: '0', notify: '0' })
    })
  }

  test.concurrent(
    'set_supplementary_groups: all of the user’s, and none of the daemon’s',
    async (context) => {
      expect(await groupsOfScripts(context, 'vrrpd', 'script_user nobody\nset_supplementary_groups')).toEqual(
        {
          check: '65534 7001 7002',
          notify: '65534 7001 7002',
          other_group: '60 7001 7002',
        },
      )
    },
  )
})
