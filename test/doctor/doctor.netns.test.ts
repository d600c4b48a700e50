/** `vrrpd doctor` on hosts as they are. */

import { expect, test, type TestContext } from 'vitest'
import { plus, seconds } from '../../src/base/time.ts'
import type { DoctorReport } from '../../src/doctor/diagnose.ts'
import { Lab, promptly, type Host } from '../support/lab.ts'
import { masterDownInterval, patiently, until } from '../support/lab/time.ts'
import { needs } from '../support/privileges.ts'
import { findProgram, runAnyway, type Finished } from '../support/tools.ts'

const vip = '10.9.0.100'
const closed = 'table inet filter { chain input { type filter hook input priority 0; policy drop; }; }'

const instance = (priority: number, vrid = 51, address = vip): string => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id ${vrid}
  priority ${priority}
  virtual_ipaddress { ${address}/32 }
}
`

async function makeLab<const Name extends string>({ onTestFinished }: TestContext, hosts: readonly Name[]) {
  const lab = await Lab.create({ hosts })
  onTestFinished(() => lab.destroy())
  return lab
}

function doctor(host: Host, ...args: readonly string[]): Promise<Finished> {
  return runAnyway(['ip', 'netns', 'exec', host.namespace, process.execPath, 'bin/vrrpd', 'doctor', ...args])
}

/** `check severity: what`, without what depends on the machine the tests run on. */
async function findings(host: Host, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await doctor(host, '--json', ...args)
  const report = JSON.parse(stdout) as DoctorReport
  expect(report.problems).toBe(report.findings.filter(({ severity }) => severity === 'problem').length)
  return report.findings
    .filter(({ check }) => !['clock', 'service'].includes(check))
    .filter(({ check, what }) => check !== 'rivals' || what.includes('(process'))
    .map(({ check, severity, what }) => `${check} ${severity}: ${what}`)
}

needs(
  'netns',
  'built',
  'nft',
)('vrrpd doctor', () => {
  test.concurrent('finds nothing wrong with a pair that works', async (context) => {
    const lab = await makeLab(context, ['a', 'b'])
    const [a, b] = [lab.host('a'), lab.host('b')]
    const first = await a.start({ kind: 'vrrpd', config: instance(150) })
    await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
    const second = await b.start({ kind: 'vrrpd', config: instance(100) })
    await second.logs('Startup complete', promptly)
    const [ofMaster, ofBackup] = await Promise.all([
      doctor(a, '--control', first.controlSocket, '--probe'),
      findings(b, '--control', second.controlSocket, '--probe'),
    ])
    expect(ofMaster).toMatchObject({ code: 0, stderr: '' })
    expect(ofBackup).toEqual([
      `daemon ok: vrrpd 0.1.0 runs 1 instance, process ${second.pid}`,
      `configuration ok: ${second.configFile}: 1 instance, nothing wrong`,
      'interfaces ok: eth0 is up, has carrier, multicast and an address',
      'firewall ok: no firewall rule keeps adverts out',
      `lan ok: VI_1: ${a.address()} is MASTER, priority 150`,
      'holders ok: nobody answers for the virtual addresses but their MASTER',
      'multicast ok: eth0 has joined 224.0.0.18',
      'sysctl ok: rp_filter, arp_ignore, arp_announce and promote_secondaries suit the addresses',
      'network-manager ok: no network manager touches the virtual addresses',
    ])
  })

  test.concurrent('names the firewall behind two masters', async (context) => {
    const lab = await makeLab(context, ['a', 'b'])
    const [a, b] = [lab.host('a'), lab.host('b')]
    await a.start({ kind: 'vrrpd', config: instance(150) })
    await a.holdsWithin(vip, plus(masterDownInterval(150), promptly))
    await b.exec(['nft', '-f', '-'], closed)
    const second = await b.start({ kind: 'vrrpd', config: instance(100) })
    await b.holdsWithin(vip, plus(masterDownInterval(100), promptly))
    // The last to know of two masters is the daemon, by their gratuitous ARP.
    await second.logs('is also used by', patiently)
    const { code, stdout } = await doctor(b, '--control', second.controlSocket, '--probe')
    expect(code).toBe(1)
    expect(stdout.split('\n\n').slice(0, 4).join('\n')).toBe(
      [
        `PROBLEM daemon: VI_1 is MASTER, but ${vip} on eth0 is also used by`,
        `    ${a.mac()}`,
        '    Why:  vrrpd itself says so',
        '    Mend: a second master, or a host with that address of its own: find it by its MAC address (ip neigh, the switch), and mend it there',
        `PROBLEM firewall: adverts from ${a.address()} (VRID 51, priority 150) reach eth0`,
        '    but a firewall drops them: allow protocol 112 to 224.0.0.18',
        '    Why:  a router that hears no adverts becomes MASTER beside the other one',
        '          (split brain)',
        '    Mend: nft insert rule inet filter input ip protocol vrrp ip daddr 224.0.0.18 accept # and the same in /etc/nftables.conf',
        `PROBLEM lan: VI_1: this host and ${a.address()} are MASTER for VRID 51 on eth0 at`,
        '    the same time',
        '    Why:  two hosts answer for the same addresses, and connections break at',
        '          random',
        '    Mend: vrrpd doctor, on each of them: one does not hear the other, or rejects what it hears',
        `PROBLEM holders: ${vip} on eth0 is held here, and ${a.mac()}`,
        '    answers for it as well',
        '    Why:  the LAN reaches sometimes the one and sometimes the other',
        `    Mend: arping -c 3 -I eth0 ${vip}`,
      ].join('\n'),
    )
    // What it says mends it.
    await b.exec([
      'sh',
      '-c',
      'nft insert rule inet filter input ip protocol vrrp ip daddr 224.0.0.18 accept # …',
    ])
    await b.lacksWithin(vip, promptly)
    await until(
      'the doctor to be content with the firewall',
      async () => {
        const found = await findings(b, '--control', second.controlSocket)
        return found.includes('firewall ok: no firewall rule keeps adverts out')
      },
      seconds(10),
    )
  })

  test.concurrent('warns before the daemon is started', async (context) => {
    const lab = await makeLab(context, ['a', 'b', 'stranger'])
    const [a, b, stranger] = [lab.host('a'), lab.host('b'), lab.host('stranger')]
    const other = await a.start({ kind: 'vrrpd', config: instance(150, 51, '10.9.0.200') })
    await a.holdsWithin('10.9.0.200', plus(masterDownInterval(150), promptly))
    await stranger.ip('addr', 'add', `${vip}/24`, 'dev', 'eth0')
    await b.exec(['nft', '-f', '-'], closed)
    await b.exec(['sh', '-c', 'echo 8 >/proc/sys/net/ipv4/conf/eth0/arp_ignore'])
    // The file of a daemon that is not running here.
    await other.rewrite(`${instance(100)}\nvrrp_script missing {\n  script /nonexistent/check\n}\n`)
    const found = await findings(b, '-f', other.configFile, '--control', '/nonexistent', '--probe')
    expect(found.filter((line) => !line.includes(' ok: '))).toEqual([
      `firewall problem: adverts from ${a.address()} (VRID 51, priority 150) reach eth0 but a firewall drops them: allow protocol 112 to 224.0.0.18`,
      `lan problem: another router on eth0, ${a.address()}, uses VRID 51 (VI_1) for 10.9.0.200`,
      `holders problem: ${vip} on eth0 is held by ${stranger.mac()}, which sends no adverts for it`,
      'sysctl problem: arp_ignore is 8 on eth0: no address is answered for',
      'scripts problem: vrrp_script missing will never run: Script /nonexistent/check cannot be accessed - No such file or directory',
      'daemon hint: vrrpd is not running',
    ])
  })

  test.concurrent('sees who else speaks VRRP here', async (context) => {
    const lab = await makeLab(context, ['a'])
    const a = lab.host('a')
    const daemon = await a.start({ kind: 'vrrpd', config: instance(150) })
    await daemon.logs('Startup complete', promptly)
    const found = await findings(a, '-f', daemon.configFile, '--control', '/nonexistent')
    expect(found).toContain(
      `rivals warning: node vrrpd (process ${daemon.pid}) listens to VRRP on this host, too`,
    )
  })

  test.concurrent('a file that cannot be read is no reason to guess', async (context) => {
    const lab = await makeLab(context, ['a'])
    expect(await doctor(lab.host('a'), '-f', '/nonexistent')).toEqual({
      code: 2,
      stdout: '',
      stderr: '/nonexistent cannot be read: there is no such file\n',
    })
  })
})

needs(
  'netns',
  'built',
  'root',
)('vrrpd doctor, as an ordinary user', () => {
  test('says what it could not look at', async (context) => {
    const lab = await makeLab(context, ['a'])
    const a = lab.host('a')
    const daemon = await a.start({ kind: 'vrrpd', config: instance(150) })
    await daemon.logs('Startup complete', promptly)
    const user = [findProgram('setpriv') ?? 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
    const command = [
      ...user,
      process.execPath,
      'bin/vrrpd',
      'doctor',
      '-f',
      daemon.configFile,
      '--control',
      daemon.controlSocket,
    ]
    const { stdout } = await runAnyway(['ip', 'netns', 'exec', a.namespace, ...command])
    const [, unknown = ''] = stdout.split('Not looked at:\n')
    expect(unknown).toContain('    firewall: only root may read the rules\n')
    expect(unknown).toContain('    lan: only root may listen\n')
    expect(unknown).toMatch(/^ {4}daemon: no permission for\n {6}\S+control\.sock\n/)
  })
})
