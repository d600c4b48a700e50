/** Times as people read them, in their own time zone. */

/** `2026-11-21 14:02:11.204` */
export function localTime(iso: string): string {
  const then = new Date(iso)
  const local = new Date(then.getTime() - then.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 23).replace('T', ' ')
}
