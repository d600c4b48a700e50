/**
 * The environment of a script. keepalived hands on its own, with whatever
 * secrets and loader settings it was started with; here only what a script
 * needs to find programs and to print is handed on. For a service under
 * systemd, which sets neither HOME nor USER, that is all there was.
 */

const FALLBACK_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** `killall -0 haproxy` and scripts full of bare commands need PATH; the others shape what programs print. */
const HANDED_ON = /^(PATH|TZ|LANG|LANGUAGE|LC_[A-Z]+)$/

/** @param own the daemon's environment. */
export function scriptEnvironment(
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = { PATH: FALLBACK_PATH }
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && value !== '' && HANDED_ON.test(name)) environment[name] = value
  }
  return environment
}
