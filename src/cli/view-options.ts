/** How a report is to be shown. Pure. */

export interface ViewOptions {
  readonly width: number
  readonly colour: boolean
  /** Also of many virtual servers each. */
  readonly all?: boolean
  /** Turns the report's times into words. */
  readonly time: (iso: string) => TimeWords
}

export interface TimeWords {
  /** `2026-11-21 10:00:00` */
  readonly at: string
  /** `2h 3m`; of a time to come how long until then */
  readonly ago: string
}
