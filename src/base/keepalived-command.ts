/** What a keepalived process is for, by its command line. Pure. */

/** Without -P and -C it does both. */
export function runsVrrp(words: readonly string[]): boolean {
  const has = (short: string, long: string): boolean =>
    words.some((word) => word === long || (/^-[A-Za-z]+$/.test(word) && word.includes(short)))
  return has('P', '--vrrp') || !has('C', '--check')
}
