/** What these calls do to a process is done to one made for it. */

import { execFile } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enterNetworkNamespace } from '../../src/system/process.ts'
import { Lab } from '../support/lab.ts'
import { needs } from '../support/privileges.ts'

/** The script sees the addon as `addon`; what it prints, a line each. */
function inNode(script: string): Promise<string[]> {
  const prelude = `
    const addon = require('./native/build/vrrpd_system.node')
    const fs = require('node:fs')
    const must = (refused) => { if (refused) throw new Error(refused.call + ': ' + refused.text) }
    const run = (...argv) => new Promise((resolve) => {
      const { output } = addon.spawn(Buffer.from(argv.map((a) => a + '\\0').join('')), Buffer.alloc(0), undefined, () => {
        const bytes = Buffer.alloc(4096)
        resolve(bytes.toString('latin1', 0, addon.read(output, bytes)).trim())
      })
    });`
  return new Promise((resolve, reject) => {
    const source = `${prelude} (async () => { ${script} })()`
    execFile(process.execPath, ['-e', source], { timeout: 20_000 }, (error, stdout) => {
      if (error === null) resolve(stdout.trim().split('\n'))
      else reject(new Error(error.message))
    })
  })
}

needs('netns')('entering a network namespace', () => {
  let lab: Lab<'a'>
  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a'] })
  })
  afterAll(async () => {
    await lab.destroy()
  })

  test('moves the process and the programs it starts', async () => {
    const there = (await lab.host('a').exec(['readlink', '/proc/self/ns/net'])).trim()
    const seen = await inNode(`
      console.log(fs.readlinkSync('/proc/thread-self/ns/net'))
      must(addon.enterNamespace('/run/netns/${lab.host('a').namespace}'))
      console.log(fs.readlinkSync('/proc/thread-self/ns/net'))
      console.log(await run('/bin/readlink', '/proc/self/ns/net'))`)
    expect(seen).toEqual([readlinkSync('/proc/thread-self/ns/net'), there, there])
  })

  test('that does not exist, or is none, is refused', () => {
    expect(enterNetworkNamespace('vrrpd-no-such')).toMatchObject({
      ok: false,
      error: { call: 'open', code: 'ENOENT' },
    })
    expect(enterNetworkNamespace('/etc/passwd')).toMatchObject({ ok: false, error: { call: 'setns' } })
  })
})

needs('root')('scheduling', () => {
  // Field 41 of proc(5)'s stat is the policy: 0 other, 2 round robin; 19 is the nice value.
  const show = `
    const show = (stat) => console.log([41, 19].map((n) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[n - 3]).join(' '))
    const ours = () => fs.readFileSync('/proc/self/task/' + process.pid + '/stat', 'latin1')
    const field = (status, name) => console.log(status.match(new RegExp(name + ':\\\\s+(.*)'))[1])
    const ourStatus = () => fs.readFileSync('/proc/self/status', 'latin1')
    const program = (file = 'stat') => run('/bin/cat', '/proc/self/' + file)
    const me = process.pid`

  test('real time is for the thread alone, and ends', async () => {
    const seen = await inNode(`${show}; must(addon.setRealtime(me, 10)); show(ours()); show(await program())
      must(addon.setRealtime(me, 0)); show(ours())`)
    expect(seen).toEqual(['2 0', '0 0', '0 0'])
  })

  test.each([-5, 7])('a nice value of %i is for the thread alone', async (nice) => {
    const seen = await inNode(`${show}; must(addon.setNice(me, ${nice})); show(ours()); show(await program())
      must(addon.setNice(me, 0)); show(ours())`)
    expect(seen).toEqual([`0 ${nice}`, '0 0', '0 0'])
  })

  test('with both, programs are ordinary as well', async () => {
    const seen = await inNode(`${show}; must(addon.setRealtime(me, 10)); must(addon.setNice(me, -5))
      show(await program()); must(addon.setRealtime(me, 0)); must(addon.setNice(me, -5)); show(await program())`)
    expect(seen).toEqual(['0 0', '0 0'])
  })

  test('programs run on all processors that the process was given', async () => {
    const seen = await inNode(`${show}; field(ourStatus(), 'Cpus_allowed_list')
      must(addon.setProcessors(me, Float64Array.of(0))); field(ourStatus(), 'Cpus_allowed_list')
      field(await program('status'), 'Cpus_allowed_list')
      must(addon.setProcessors(me, undefined)); field(ourStatus(), 'Cpus_allowed_list')`)
    const [given] = seen
    expect(seen).toEqual([given, '0', given, given])
  })

  test('a processor that is not there is refused', async () => {
    const seen = await inNode(`console.log(addon.setProcessors(process.pid, Float64Array.of(4095)).call)`)
    expect(seen).toEqual(['sched_setaffinity'])
  })

  test('memory is kept, V8 goes on giving back its own, and programs have none of it', async () => {
    const [locked, resident, program, after] = await inNode(`${show}
      require('node:v8').setFlagsFromString('--expose-gc')
      const gc = require('node:vm').runInNewContext('gc')
      console.log(addon.lockMemory()); field(ourStatus(), 'VmRSS')
      for (let round = 0, kept = []; round < 6; round++) {
        for (let i = 0; i < 20_000; i++) kept.push({ text: 'x' + i, made: new Function('return ' + i % 500) })
        kept = []
        gc()
      }
      field(await program('status'), 'VmLck')
      must(addon.unlockMemory()); field(ourStatus(), 'VmLck')`)
    expect(Number(locked)).toBeGreaterThan(10 * 2 ** 20)
    // Only what has been used: all of it would be the whole of Node's program.
    expect(Number.parseInt(resident!) * 1024).toBeLessThan(Number(locked))
    expect([program, after]).toEqual(['0 kB', '0 kB'])
  })
})
