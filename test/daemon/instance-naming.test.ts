/** Several daemons on one host: where their files are, and what they are called. */

import { describe, expect, test } from 'vitest'
import { defaultOptions } from '../../src/cli/daemon-options.ts'
import { dumpPaths } from '../../src/daemon/dumps/files.ts'
import { pidFilePaths } from '../../src/daemon/settings.ts'
import { heldFromStart, instanceNamingOf, withProcessWide } from '../../src/daemon/instance-naming.ts'
import { load } from '../config/support.ts'

/** What a daemon with that file and these options has. */
async function placesOf(text: string, options: Partial<typeof defaultOptions> = {}) {
  const { model } = await load(text)
  const settings = withProcessWide({ ...defaultOptions, ...options }, model.process)
  const { main, vrrp } = pidFilePaths(settings)
  const { data, parentData, stats, json } = dumpPaths(model, instanceNamingOf(settings))
  return {
    pidFiles: [main, vrrp],
    dumps: [data, parentData, stats, json],
    ident: settings.log.ident,
    control: settings.control.path,
    notices: settings.notices,
    namespace: settings.namespace,
  }
}

const dumps = [
  '/tmp/keepalived.data',
  '/tmp/keepalived_parent.data',
  '/tmp/keepalived.stats',
  '/tmp/keepalived.json',
]

describe('as keepalived 2.2.7 (measured)', () => {
  test('nothing said', async () => {
    expect(await placesOf('')).toEqual({
      // The second one is the manual's; 2.2.7 itself writes /run/vrrp.pid.
      pidFiles: ['/run/keepalived.pid', '/run/keepalived_vrrp.pid'],
      dumps,
      ident: 'Keepalived_vrrp',
      control: '/run/vrrpd.sock',
      notices: [],
      namespace: undefined,
    })
  })

  test.each([
    ['use_pid_dir', {}, ['/run/keepalived/keepalived.pid', '/run/keepalived/vrrp.pid'], ''],
    ['instance foo', {}, ['/run/keepalived/keepalived_foo.pid', '/run/keepalived/vrrp_foo.pid'], '_foo'],
    ['instance foo', { pidFile: '/run/x.pid' }, ['/run/x.pid', '/run/keepalived/vrrp_foo.pid'], '_foo'],
    [
      'instance foo',
      { vrrpPidFile: '/run/x.pid' },
      ['/run/keepalived/keepalived_foo.pid', '/run/x.pid'],
      '_foo',
    ],
    [
      '',
      { namespace: 'blue' },
      ['/run/keepalived/blue/keepalived.pid', '/run/keepalived/blue/vrrp.pid'],
      '_blue',
    ],
    [
      'net_namespace blue',
      {},
      ['/run/keepalived/blue/keepalived.pid', '/run/keepalived/blue/vrrp.pid'],
      '_blue',
    ],
    [
      'net_namespace blue\ninstance foo\nuse_pid_dir',
      {},
      ['/run/keepalived/blue/keepalived_foo.pid', '/run/keepalived/blue/vrrp_foo.pid'],
      '_blue_foo',
    ],
  ])('%j with %j', async (text, options, pidFiles, suffix) => {
    const places = await placesOf(`${text}\n`, options)
    expect(places.pidFiles).toEqual(pidFiles)
    expect(places.ident).toBe(`Keepalived_vrrp${suffix}`)
    expect(places.dumps).toEqual(dumps)
  })

  test('the command line’s namespace holds, and that is said', async () => {
    expect(await placesOf('net_namespace red\n', { namespace: 'blue' })).toMatchObject({
      namespace: 'blue',
      ident: 'Keepalived_vrrp_blue',
      notices: ["Overriding config net_namespace 'red' with command line namespace 'blue'"],
    })
    expect(await placesOf('net_namespace blue\n', { namespace: 'blue' })).toMatchObject({ notices: [] })
  })

  test('data_use_instance names .data files only', async () => {
    const wide = 'global_defs {\n data_use_instance\n}\nnet_namespace blue\ninstance foo\n'
    const named = ['/tmp/keepalived.blue_foo.data', '/tmp/keepalived_parent.blue_foo.data']
    expect((await placesOf(wide)).dumps).toEqual([...named, ...dumps.slice(2)])
    expect((await placesOf('global_defs {\n data_use_instance\n}\n')).dumps).toEqual(dumps)
  })
})

test('dumps go where the file says', async () => {
  const lines = ['state_dump_file /run/a.b/state', 'stats_dump_file /run/s.txt', 'json_dump_file /run/j']
  const said = (await placesOf(`global_defs {\n${lines.join('\n')}\ndata_use_instance\n}\ninstance foo\n`))
    .dumps
  expect(said).toEqual(['/run/a.b/state', '/run/a.b/state_parent', '/run/s.txt', '/run/j'])
})

test('the control socket is one’s own where the file says that there are several', async () => {
  expect((await placesOf('instance foo\n')).control).toBe('/run/vrrpd_foo.sock')
  expect((await placesOf('net_namespace blue\n')).control).toBe('/run/vrrpd_blue.sock')
  expect((await placesOf('', { namespace: 'blue' })).control).toBe('/run/vrrpd.sock')
  const control = { path: '/run/mine', group: undefined }
  expect((await placesOf('instance foo\n', { control })).control).toBe('/run/mine')
})

test('a name for the log that was asked for is kept', async () => {
  const log = { ...defaultOptions.log, ident: 'mine' }
  expect((await placesOf('instance foo\n', { log })).ident).toBe('mine')
})

test('what a reload cannot change is named', () => {
  const started = { namespace: 'blue', instance: 'foo', pidDirectory: false }
  expect(heldFromStart(started, started)).toEqual([])
  const held = heldFromStart(started, { instance: 'bar', pidDirectory: true })
  expect(held.map((line) => line.split(' ', 1)[0])).toEqual(['net_namespace', 'instance', 'use_pid_dir'])
})
