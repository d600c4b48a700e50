import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SyslogWriter } from '../../../src/daemon/log/log-syslog.ts'

/** A log daemon that can be stopped. */
class LogDaemon {
  readonly received: string[] = []
  listening = true
  tries = 0
  closed = false

  send(datagram: Uint8Array): boolean {
    this.tries += 1
    if (this.listening) this.received.push(Buffer.from(datagram).toString())
    return this.listening
  }

  close(): void {
    this.closed = true
  }
}

const lost = (count: number): string => `lost ${count}`

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('SyslogWriter', () => {
  test('sends each line at once, one datagram each', () => {
    const daemon = new LogDaemon()
    const writer = new SyslogWriter(daemon, lost)
    writer.write('one')
    writer.write('two')
    expect(daemon.received).toEqual(['one', 'two'])
  })

  test('keeps lines while nobody listens, tries less and less often, and then sends all in order', () => {
    const daemon = new LogDaemon()
    const writer = new SyslogWriter(daemon, lost)
    daemon.listening = false
    for (const line of ['one', 'two', 'three']) writer.write(line)
    expect(daemon.tries).toBe(1)
    vi.advanceTimersByTime(10_000)
    // 8 + 16 + … + 256 = 504 ms for the first six, then twice a second.
    expect(daemon.tries).toBe(1 + 6 + 18)
    daemon.listening = true
    vi.advanceTimersByTime(500)
    expect(daemon.received).toEqual(['one', 'two', 'three'])
  })

  test('loses what exceeds the buffer, and says how much', () => {
    const daemon = new LogDaemon()
    const writer = new SyslogWriter(daemon, lost, 10)
    daemon.listening = false
    for (let at = 0; at < 100; at += 1) writer.write('12345')
    daemon.listening = true
    vi.advanceTimersByTime(500)
    // One on its way, two in the buffer.
    expect(daemon.received).toEqual(['12345', '12345', '12345', 'lost 97'])
  })

  test('close sends what is left before it closes', async () => {
    const daemon = new LogDaemon()
    const writer = new SyslogWriter(daemon, lost)
    daemon.listening = false
    writer.write('last')
    const closed = writer.close(1_000)
    daemon.listening = true
    await vi.advanceTimersByTimeAsync(100)
    await closed
    expect(daemon).toMatchObject({ received: ['last'], closed: true })
  })

  test('close gives up at its deadline', async () => {
    const daemon = new LogDaemon()
    const writer = new SyslogWriter(daemon, lost)
    daemon.listening = false
    writer.write('last')
    const closed = writer.close(1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    await closed
    expect(daemon).toMatchObject({ received: [], closed: true })
    expect(vi.getTimerCount()).toBe(0)
  })
})
