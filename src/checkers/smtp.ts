/**
 * SMTP_CHECK: greeting 220, HELO, 250, QUIT, and a line of any kind (measured, 2.2.7). A line is three digits and a
 * blank; so a greeting of several lines (`220-`) fails, as it does there. Three digits alone pass, as RFC 5321 §4.2
 * has it; keepalived refuses them.
 */

import { after, type Duration, type Instant } from '../base/time.ts'
import { done, type Conversation, type Progress } from './conversation.ts'
import { latin1 } from './http-answer.ts'
import type { Stage } from './reason.ts'
import { failure, SUCCESS } from './types.ts'

/** RFC 5321 §4.5.3.1.5 has 512; more is no line. */
const MAX_LINE_BYTES = 1024

type SmtpStage = Extract<Stage, 'greeting' | 'HELO' | 'QUIT'>

export class SmtpConversation implements Conversation {
  readonly #heloName: string
  readonly #connectTimeout: Duration
  #stage: SmtpStage = 'greeting'
  #line = ''

  constructor(heloName: string, connectTimeout: Duration) {
    this.#heloName = heloName
    this.#connectTimeout = connectTimeout
  }

  connected(now: Instant): Progress {
    return this.#wait(now)
  }

  received(bytes: Uint8Array, now: Instant): Progress {
    this.#line += latin1(bytes.subarray(0, MAX_LINE_BYTES))
    const end = this.#line.indexOf('\n')
    if (end < 0 && this.#line.length < MAX_LINE_BYTES) return this.#wait(now)
    const line = (end < 0 ? this.#line : this.#line.slice(0, end)).replace(/\r$/, '')
    // What the server says before it is asked is not waited for (and would be another command's answer).
    this.#line = ''
    return this.#answer(line.slice(0, MAX_LINE_BYTES), now)
  }

  ended(): Progress {
    return this.lost('ECONNRESET')
  }

  lost(error: string): Progress {
    return done(failure({ kind: 'connection-lost', stage: this.#stage, error }))
  }

  timedOut(): Progress {
    return done(failure({ kind: 'read-timeout', stage: this.#stage, timeout: this.#connectTimeout }))
  }

  #answer(line: string, now: Instant): Progress {
    const code = /^(\d{3})(?: |$)/.exec(line)?.[1]
    switch (this.#stage) {
      case 'greeting':
        if (code !== '220') return done(failure({ kind: 'smtp-answer', stage: 'greeting', line }))
        this.#stage = 'HELO'
        return this.#say(`HELO ${this.#heloName}`, now)
      case 'HELO':
        if (code !== '250') return done(failure({ kind: 'smtp-answer', stage: 'HELO', line }))
        this.#stage = 'QUIT'
        return this.#say('QUIT', now)
      case 'QUIT':
        return done(SUCCESS)
    }
  }

  #say(command: string, now: Instant): Progress {
    const send = new TextEncoder().encode(`${command}\r\n`)
    return { done: false, send, waitUntil: after(now, this.#connectTimeout) }
  }

  #wait(now: Instant): Progress {
    return { done: false, waitUntil: after(now, this.#connectTimeout) }
  }
}
