/** A control server in a directory of its own, and clients that speak the raw protocol. */

import { connect, type Socket } from 'node:net'
import type { StatusReport } from '../../src/control/report.ts'
import { succeeded } from '../../src/control/protocol.ts'
import { makeReport } from '../support/reports.ts'
import { openControlServer, type ControlServer, type ControlServerOptions } from '../../src/control/server.ts'

export const emptyReport: StatusReport = makeReport()

export async function serve(
  path: string,
  changes: Partial<ControlServerOptions> = {},
): Promise<ControlServer> {
  const opened = await openControlServer({
    path,
    handle: () => succeeded(emptyReport),
    report: (text) => {
      throw new Error(text)
    },
    ...changes,
  })
  if (!opened.ok) throw new Error(opened.error.text)
  return opened.value
}

export const STATUS = '{"version":1,"request":"status"}\n'

export const connected = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true }, () => {
      socket.off('error', reject)
      socket.on('error', () => {}) // a refused client is reset
      resolve(socket)
    })
    socket.once('error', reject)
  })

/** Everything the server sends until it ends the connection. */
export const readToEnd = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
    socket.once('end', () => socket.end())
    socket.once('close', () => {
      resolve(text)
    })
  })

/** The next complete line. */
export const readLine = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const receive = (bytes: Buffer): void => {
      text += bytes.toString()
      if (text.includes('\n')) done(() => resolve(text))
    }
    const lost = (): void => done(() => reject(new Error(`closed after ${JSON.stringify(text)}`)))
    const done = (settle: () => void): void => {
      socket.off('data', receive).off('close', lost).pause()
      settle()
    }
    socket.on('data', receive).once('close', lost).resume()
  })

export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
