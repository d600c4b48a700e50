import { expect, test } from 'vitest'
import { doctorView } from '../../src/cli/doctor-view.ts'
import type { DoctorReport } from '../../src/doctor/diagnose.ts'

const report: DoctorReport = {
  version: 1,
  problems: 1,
  findings: [
    {
      check: 'firewall',
      severity: 'problem',
      what: 'nftables chain inet filter input drops adverts on eth0: no rule accepts them before',
      why: 'a router that hears no adverts becomes MASTER beside the other one (split brain)',
      mend: 'nft insert rule inet filter input ip protocol vrrp ip daddr 224.0.0.18 accept',
    },
    {
      check: 'clock',
      severity: 'warning',
      what: 'a name with \u001b[31mcolour',
      why: 'because',
      mend: 'a\nb',
    },
    { check: 'daemon', severity: 'hint', what: 'vrrpd is not running' },
    { check: 'lan', severity: 'unknown', what: 'only root may listen' },
    { check: 'interfaces', severity: 'ok', what: 'eth0 is up' },
  ],
}

const options = { width: 60, colour: false, verbose: false }

test('prose is wrapped, commands are not, and what a file says is no escape sequence', () => {
  expect(doctorView(report, options)).toBe(`PROBLEM firewall: nftables chain inet filter input drops
    adverts on eth0: no rule accepts them before
    Why:  a router that hears no adverts becomes MASTER
          beside the other one (split brain)
    Mend: nft insert rule inet filter input ip protocol vrrp ip daddr 224.0.0.18 accept

WARNING clock: a name with \\x1b[31mcolour
    Why:  because
    Mend: a\\x0ab

HINT daemon: vrrpd is not running

Not looked at:
    lan: only root may listen

1 problem, 1 warning, 1 check fine, 1 not looked at
`)
})

test('-v lists what is well', () => {
  expect(doctorView(report, { ...options, verbose: true })).toContain('\nFine:\n    interfaces: eth0 is up\n')
})

test('colours only where they are wanted', () => {
  const text = doctorView(report, { ...options, colour: true })
  expect(text).toContain('\u001b[31mPROBLEM\u001b[0m firewall: nftables')
  expect(text).toContain('\u001b[33mWARNING\u001b[0m clock')
})

test('nothing to say is said in one line', () => {
  expect(doctorView({ version: 1, problems: 0, findings: [] }, options)).toBe(
    'no problems, no warnings, no checks fine\n',
  )
})
