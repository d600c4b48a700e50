/** /etc/services (services(5)) as two tables. Pure. */

export interface Services {
  /** By `http/tcp`; names are case-sensitive, aliases count. */
  readonly ports: ReadonlyMap<string, number>
  /** By `80/tcp`. */
  readonly names: ReadonlyMap<string, string>
}

export function parseServices(text: string): Services {
  const ports = new Map<string, number>()
  const names = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [name, number = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, port, protocol] = /^(\d+)\/(\w+)$/.exec(number) ?? []
    if (name === undefined || port === undefined || protocol === undefined) continue
    // The first line that fits is the one.
    for (const each of [name, ...aliases]) {
      const key = `${each}/${protocol}`
      if (!ports.has(key)) ports.set(key, Number(port))
    }
    if (!names.has(number)) names.set(number, name)
  }
  return { ports, names }
}
