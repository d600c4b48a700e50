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
    const ours = () => fs.readFileSync('/proc/thread-self/stat', 'latin1')
    const program = () => run('/bin/cat', '/proc/self/stat')`

  test('real time is for the event loop alone', async () => {
    const seen = await inNode(`${show}; must(addon.useRealtime(10)); show(ours()); show(await program())`)
    expect(seen).toEqual(['2 0', '0 0'])
  })

  test('a nice value below zero is for the event loop alone', async () => {
    const seen = await inNode(`${show}; must(addon.useNice(-5)); show(ours()); show(await program())`)
    expect(seen).toEqual(['0 -5', '0 0'])
  })
})
