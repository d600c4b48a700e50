/** What the running daemon says of a file that keepalived's checkers read as well. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judgeConfiguration, loadFor } from '../../src/daemon/configuration.ts'
import { notServedNotice } from '../../src/daemon/status/notices.ts'
import type { Log } from '../../src/daemon/log/logging.ts'
import type { DaemonSettings } from '../../src/daemon/settings.ts'
import { defaultOptions } from '../../src/cli/daemon-options.ts'

async function read(text: string, purpose: 'start' | 'reload' = 'start') {
  const directory = await mkdtemp(join(tmpdir(), 'vrrpd-'))
  const configFile = join(directory, 'keepalived.conf')
  await writeFile(configFile, text)
  const lines: string[] = []
  const say = (line: string): void => void lines.push(line.replaceAll(directory, ''))
  const log: Log = {
    reopen: () => {},
    detail: say,
    info: say,
    warn: say,
    error: say,
    say: (message) => {
      say(message.text)
    },
    linesLost: () => 0,
    close: () => Promise.resolve(),
  }
  const settings: DaemonSettings = { ...defaultOptions, configFile }
  const model = judgeConfiguration(await loadFor(settings), settings, log, purpose)
  await rm(directory, { recursive: true })
  return { model, lines }
}

const instance = `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.0.0.9/24
  }
}
`

test('mistakes inside virtual_server are not the daemon’s: one notice, and it runs', async () => {
  const { model, lines } = await read(`${instance}
virtual_server 10.0.0.9 80 {
  1b_algo rr
  real_server 10.0.0.10 80 {
    TCP_CHECK {
      connect_tineout 3
    }
  }
}
`)
  expect(lines).toEqual([])
  expect(model && notServedNotice(model.loadBalancing.virtualServers.length, '/k.conf')).toBe(
    '1 virtual_server block is not served by vrrpd; keep `keepalived -C -f /k.conf` running for it',
  )
})

test('what has no effect is said once for each reason, whatever stands behind it', async () => {
  const { model, lines } = await read(`global_defs {
  enable_snmp_vrrp
  enable_snmp_rfc
  enable_dbus
  dbus_service_name x
}
${instance}`)
  expect(model).toBeDefined()
  expect(lines.map((line) => line.replace(/^.*note: /, ''))).toEqual([
    "'enable_snmp_vrrp' is accepted and has no effect: vrrpd speaks no SNMP [no-effect]",
    "'enable_dbus' is accepted and has no effect: vrrpd is not on D-Bus [no-effect]",
  ])
})

test('without such blocks there is no notice', async () => {
  const { model } = await read(instance)
  expect(model && notServedNotice(model.loadBalancing.virtualServers.length, '/k.conf')).toBeUndefined()
})

test('a mistake elsewhere is one line with its place', async () => {
  const { model, lines } = await read(instance.replace('interface eth0', 'interface eth0\n  preemtp_delay 3'))
  expect(model).toBeDefined()
  expect(lines).toEqual([
    "/keepalived.conf:4:3: error: 'preemtp_delay' is no keyword in vrrp_instance: the line is ignored; did you mean 'preempt_delay'? [unknown-keyword]",
  ])
})

test('a fatal mistake is said, and nothing is run', async () => {
  const { model, lines } = await read(instance.replace('virtual_router_id 51', ''))
  expect(model).toBeUndefined()
  expect(lines.at(-1)).toContain('cannot be run: correct the errors above')
})

for (const [text, said] of [
  ['', 'has nothing to run'],
  [instance.replace(/}\n$/, ''), 'ends within a block'],
] as const) {
  test(`a file that ${said} is run at a start, as by keepalived, but is no reason to change anything`, async () => {
    const warning = `Warning - /keepalived.conf ${said}`
    const [start, reload] = [await read(text), await read(text, 'reload')]
    expect(start.lines).toContain(warning)
    expect(reload.lines).toContain(warning)
    expect(start.model).toBeDefined()
    expect(reload.model).toBeUndefined()
  })
}
