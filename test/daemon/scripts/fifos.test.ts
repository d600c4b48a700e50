/** Which FIFOs a reload opens and closes; what is written to one is test/scripts/fifo-lines.test.ts's subject. */

import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { accepted } from '../../../src/base/result.ts'
import { Fifos } from '../../../src/daemon/scripts/fifos.ts'
import type { FifoSpec } from '../../../src/scripts/fifo-channel.ts'
import { ManualTimers } from '../../support/manual-clock.ts'

const fifo = (path: string): FifoSpec => ({ path, mode: 0o600, owner: undefined, reader: undefined })

/** What happens to files, in order. */
function made(): { readonly fifos: Fifos; readonly happened: string[]; readonly said: string[] } {
  const happened: string[] = []
  const said: string[] = []
  const timers = new ManualTimers()
  const ports = {
    clock: timers.clock,
    timers,
    launcher: {
      launch: () => {
        throw new Error('no reader is configured')
      },
    },
    openFifo: (path: string) => {
      happened.push(`open ${path}`)
      return Promise.resolve(
        accepted({
          write: (text: string) => {
            happened.push(`${path}: ${text.trim()}`)
            return Promise.resolve('written' as const)
          },
          close: () => {
            happened.push(`close ${path}`)
            return Promise.resolve()
          },
        }),
      )
    },
  }
  return { fifos: new Fifos(ports, (text) => said.push(text)), happened, said }
}

const notice = { subject: { type: 'INSTANCE', name: 'VI_1' }, what: 'MASTER', priority: 100 } as const

async function settled(): Promise<void> {
  for (let step = 0; step < 5; step++) await turn()
}

test('a reload leaves those open that stay, and closes others before it opens new ones', async () => {
  const { fifos, happened } = made()
  fifos.use([fifo('/a'), fifo('/b')])
  await settled()
  happened.length = 0
  fifos.use([fifo('/b'), fifo('/c')])
  await settled()
  expect(happened).toEqual(['close /a', 'open /c'])
  fifos.write(notice)
  await settled()
  expect(happened.slice(2).sort()).toEqual([
    '/b: INSTANCE "VI_1" MASTER 100',
    '/c: INSTANCE "VI_1" MASTER 100',
  ])
})

test('one that is named twice is opened once, and that is said', async () => {
  const { fifos, happened, said } = made()
  fifos.use([fifo('/a'), { ...fifo('/a'), mode: 0o644 }])
  await settled()
  expect(happened).toEqual(['open /a'])
  expect(said).toEqual(['notify FIFO /a is named twice: the second is left out'])
})

test('at the end all are closed', async () => {
  const { fifos, happened } = made()
  fifos.use([fifo('/a'), fifo('/b')])
  await settled()
  await fifos.stop()
  expect(happened.slice(2).sort()).toEqual(['close /a', 'close /b'])
})
