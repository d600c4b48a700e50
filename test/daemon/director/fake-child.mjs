/**
 * A child that serves nothing and speaks messages.ts. What it hears but for beats it writes to the file that its
 * first argument names, one line each; the second says how it behaves.
 */

import { appendFileSync } from 'node:fs'

const [file, behaviour] = process.argv.slice(2)
const tell = (what) => appendFileSync(file, `${JSON.stringify(what)}\n`)

if (behaviour === 'cannot') process.exit(2)
tell({ pid: process.pid, options: process.argv.slice(4), startedIn: process.env.VRRPD_STARTED_IN })
process.on('message', (message) => {
  // How many there are depends on how long a test takes.
  if (message.type === 'beat') process.send({ type: 'beat', id: message.id })
  else tell(message)
  if (message.type === 'prepare')
    process.send({
      type: 'prepared',
      id: message.id,
      ...(behaviour === 'refuses' && { refused: 'not this one' }),
    })
  if (message.type === 'apply') process.send({ type: 'applied', id: message.id })
  if (message.type === 'stop' && behaviour !== 'stays') process.exit(0)
})
process.on('disconnect', () => {
  tell('disconnected')
  process.exit(0)
})
process.on('SIGTERM', () => undefined)
process.send({ type: 'ready' })
