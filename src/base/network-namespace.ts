/** Whether processes are in one network namespace, by what their /proc/PID/ns/net links to. Pure. */

/** @param its undefined: it cannot be read, as somebody else's cannot by an ordinary user; then it counts as ours */
export const isSameNetwork = (own: string | undefined, its: string | undefined): boolean =>
  its === undefined || its === own
