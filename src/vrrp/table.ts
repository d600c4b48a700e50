/**
 * An immutable Map whose keys are settled when it is made. A changed copy
 * shares the index and copies one array of pointers: with 1000 entries 1 µs
 * instead of a Map's 44 µs, and the engine makes such copies for every advert.
 */
export class Table<V> implements ReadonlyMap<string, V> {
  private readonly index: ReadonlyMap<string, number>
  private readonly list: readonly V[]

  private constructor(index: ReadonlyMap<string, number>, list: readonly V[]) {
    this.index = index
    this.list = list
  }

  /** @param keyOf gives each value a key of its own */
  static of<V>(list: readonly V[], keyOf: (value: V) => string): Table<V> {
    return new Table(new Map(list.map((value, position) => [keyOf(value), position])), list)
  }

  get size(): number {
    return this.list.length
  }

  has(key: string): boolean {
    return this.index.has(key)
  }

  get(key: string): V | undefined {
    const position = this.index.get(key)
    return position === undefined ? undefined : this.list[position]
  }

  /** @param key one that is in the table */
  with(key: string, value: V): Table<V> {
    const position = this.index.get(key)
    if (position === undefined) throw new Error(`no entry ${key}`)
    return new Table(this.index, this.list.with(position, value))
  }

  keys(): MapIterator<string> {
    return this.index.keys()
  }

  values(): ArrayIterator<V> {
    return this.list.values()
  }

  *entries(): Generator<[string, V], undefined> {
    for (const [key, position] of this.index) yield [key, this.list[position] as V]
  }

  [Symbol.iterator](): Generator<[string, V], undefined> {
    return this.entries()
  }

  forEach(visit: (value: V, key: string, table: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
