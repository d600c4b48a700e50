import { expect, test } from 'vitest'
import { DrainStream } from '../../../src/daemon/control/drain-stream.ts'
import { succeeded } from '../../../src/control/protocol.ts'

const resumed = (name: string) => ({ kind: 'resumed', instances: [name] }) as const

test('who waits is told as soon as there is news', async () => {
  const stream = new DrainStream()
  const next = stream.next()
  stream.tell(resumed('VI_1'))
  expect(await next).toEqual(succeeded<'drain'>({ news: resumed('VI_1') }))
})

test('what came before is told in its order, then the end', async () => {
  const stream = new DrainStream()
  stream.tell(resumed('VI_1'))
  stream.tell(resumed('VI_2'))
  stream.finish()
  stream.tell(resumed('VI_3'))
  expect(await stream.next()).toEqual(succeeded<'drain'>({ news: resumed('VI_1') }))
  expect(await stream.next()).toEqual(succeeded<'drain'>({ news: resumed('VI_2') }))
  expect(await stream.next()).toBeUndefined()
})

test('who waits when it ends waits no longer', async () => {
  const stream = new DrainStream()
  const next = stream.next()
  stream.finish()
  expect(await next).toBeUndefined()
})

test('a client that has gone leaves nothing behind', async () => {
  const stream = new DrainStream()
  stream.tell(resumed('VI_1'))
  stream.close()
  expect(await stream.next()).toBeUndefined()
})
