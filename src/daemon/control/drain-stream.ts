/** What comes of one `vrrpd drain`, for the client that asked, if it is still there: a few lines at most. */

import type { DrainNews } from '../../control/drain.ts'
import { succeeded, type Response } from '../../control/protocol.ts'
import type { Stream } from '../../control/stream.ts'

export class DrainStream implements Stream {
  private readonly waiting: DrainNews[] = []
  private over = false
  private wake: () => void = () => undefined

  tell(news: DrainNews): void {
    if (this.over) return
    this.waiting.push(news)
    this.wake()
  }

  /** There will be no more. */
  finish(): void {
    this.over = true
    this.wake()
  }

  async next(): Promise<Response | undefined> {
    while (this.waiting.length === 0 && !this.over)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    const news = this.waiting.shift()
    return news && succeeded<'drain'>({ news })
  }

  /** The client is gone; what it asked for goes on. */
  close(): void {
    this.waiting.length = 0
    this.finish()
  }
}
