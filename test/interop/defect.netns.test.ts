/** A defect of ours, made by a module that is loaded beside the daemon and throws once that runs. */

import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Lab } from '../support/lab.ts'
import { needs } from '../support/privileges.ts'
import { runAnyway } from '../support/tools.ts'

const defects = [
  ['an exception', `throw new Error('boom')`],
  ['a rejection that nobody handles', `Promise.reject(new Error('boom'))`],
] as const

const defect = (log: string, code: string): string => `
import { existsSync, readFileSync } from 'node:fs'
const timer = setInterval(() => {
  if (!existsSync('${log}') || !readFileSync('${log}', 'utf8').includes('Startup complete')) return
  clearInterval(timer)
  ${code}
}, 100)
`

needs('netns', 'built')('a defect', () => {
  test.concurrent.each(defects)(
    '%s ends the daemon with a code of its own, its stack in the log',
    async (_, code) => {
      const lab = await Lab.create({ hosts: ['a', 'b'], lans: [{ link: 'eth0', subnet: '10.9.0.0/24' }] })
      try {
        const { directory, namespace } = lab.host('a')
        const at = (name: string): string => join(directory, name)
        const text = 'vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n priority 100\n}\n'
        await writeFile(at('k.conf'), text)
        await writeFile(at('defect.mjs'), defect(at('k.log'), code))
        const ended = await runAnyway([
          ...['ip', 'netns', 'exec', namespace, 'env', `NODE_OPTIONS=--import=${at('defect.mjs')}`],
          ...['timeout', '50', resolve('bin/vrrpd'), '-nG', '-g', at('k.log'), '-f', at('k.conf')],
          ...['-p', at('p.pid'), '-r', at('r.pid'), '--control', at('c.sock')],
        ])
        expect(ended.code).toBe(70)
        const log = readFileSync(at('k.log'), 'utf8')
        expect(log).toMatch(/Ended by a defect, please report it: Error: boom\\x0a {4}at .*defect\.mjs/)
      } finally {
        await lab.destroy()
      }
    },
  )
})
