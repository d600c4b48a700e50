/** vrrpd with virtual servers where the real keepalived has its checkers already. */

import { expect, test } from 'vitest'
import { seconds } from '../../src/base/time.ts'
import type { StatusReport } from '../../src/control/report.ts'
import { Lab } from '../support/lab.ts'
import type { Daemon } from '../support/lab/daemon.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

const PATIENT = seconds(60)
/** The laboratory says -P, and with this everything runs. */
const both = ['-C']

const instance = (vrid: number): string => `
vrrp_instance V {
  interface eth0
  virtual_router_id ${vrid}
  virtual_ipaddress {
    10.9.0.${vrid}/24
  }
}
`
const server = `
virtual_server 10.9.0.51 80 {
  real_server 10.9.0.1 80 {
  }
}
`

async function statusOf(daemon: Daemon): Promise<StatusReport> {
  const { stdout } = await runAnyway(['bin/vrrpd', 'status', '--json', '--control', daemon.controlSocket])
  return JSON.parse(stdout) as StatusReport
}

needs(
  'netns',
  'built',
  'keepalived',
)('vrrpd beside keepalived’s checkers', () => {
  test('leaves virtual servers to them in their network namespace, until they have gone', async ({
    onTestFinished,
  }) => {
    const lab = await Lab.create({ hosts: ['a', 'b'] })
    onTestFinished(() => lab.destroy())
    // Without virtual servers of its own it lives on a kernel without IPVS, too.
    const keepalived = await lab
      .host('a')
      .start({ kind: 'keepalived', config: instance(52), args: [...both, '--all'] })
    await keepalived.logs('Starting Healthcheck child process', PATIENT)
    const config = instance(51) + server
    const here = await lab.host('a').start({ kind: 'vrrpd', config, args: both })
    const elsewhere = await lab.host('b').start({ kind: 'vrrpd', config, args: both })

    await here.logs(/the virtual servers are left to keepalived's checkers \(process \d+\)/, PATIENT)
    await elsewhere.logs('Starting Healthcheck child process', PATIENT)
    const status = await statusOf(here)
    expect(status.lvsProcess).toEqual({ pid: null, restarts: 0, state: 'left-to-keepalived' })
    expect(status.problems).toContainEqual(
      expect.objectContaining({ code: 'not-served', severity: 'notice' }),
    )
    expect(await here.log()).not.toContain('Starting Healthcheck child process')

    await keepalived.stop()
    here.signal('SIGHUP')
    await here.logs("keepalived's checkers have gone", PATIENT)
    await here.logs('Starting Healthcheck child process', PATIENT)
    expect((await here.stop()).code).toBe(0)
  })

  test('-P: nobody asks, and there is one notice as ever', async ({ onTestFinished }) => {
    const lab = await Lab.create({ hosts: ['a'] })
    onTestFinished(() => lab.destroy())
    const daemon = await lab.host('a').start({ kind: 'vrrpd', config: instance(51) + server })
    await daemon.logs('Startup complete', PATIENT)
    const { lvsProcess, notices } = await statusOf(daemon)
    expect(lvsProcess).toBeUndefined()
    expect(notices).toEqual([expect.stringMatching(/^1 virtual_server block is not served by vrrpd/)])
  })
})
