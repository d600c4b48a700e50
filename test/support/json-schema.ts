/** As much of JSON Schema (draft 7) as docs/status.schema.json uses; anything else in a schema is an error. */

type Schema = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const WORDS = ['$schema', '$ref', 'title', 'description', 'definitions']

/** @returns what is wrong, each with its place; empty when the value is as the schema says */
export function schemaErrors(schema: Schema, value: unknown, root: Schema = schema, at = '$'): string[] {
  const errors: string[] = []
  const check = (inner: unknown, part: unknown, place: string): void => {
    errors.push(...schemaErrors(inner as Schema, part, root, place))
  }
  for (const [keyword, expected] of Object.entries(schema)) {
    if (keyword === '$ref') check(resolve(root, String(expected)), value, at)
    else if (keyword === 'properties') {
      for (const [name, inner] of Object.entries(expected as Schema))
        if (isObject(value) && name in value) check(inner, value[name], `${at}.${name}`)
    } else if (keyword === 'additionalProperties') {
      const named = Object.keys(schema['properties'] ?? {})
      for (const [name, part] of Object.entries(isObject(value) ? value : {}))
        if (!named.includes(name)) check(expected, part, `${at}.${name}`)
    } else if (keyword === 'items') {
      for (const [index, part] of (Array.isArray(value) ? value : []).entries())
        check(expected, part, `${at}[${index}]`)
    } else if (keyword === 'anyOf') {
      const fits = (expected as Schema[]).some((inner) => schemaErrors(inner, value, root).length === 0)
      if (!fits) errors.push(`${at}: fits none of the alternatives`)
    } else if (!WORDS.includes(keyword) && !holds(keyword, expected, value)) {
      errors.push(`${at}: ${keyword} ${JSON.stringify(expected)}, found ${JSON.stringify(value)}`)
    }
  }
  return errors
}

function holds(keyword: string, expected: unknown, value: unknown): boolean {
  switch (keyword) {
    case 'type':
      return [expected].flat().some((type) => isOfType(type, value))
    case 'required':
      return !isObject(value) || (expected as string[]).every((name) => name in value)
    case 'enum':
      return (expected as unknown[]).includes(value)
    case 'const':
      return value === expected
    case 'minimum':
      return typeof value !== 'number' || value >= Number(expected)
    case 'maximum':
      return typeof value !== 'number' || value <= Number(expected)
    case 'pattern':
      return typeof value !== 'string' || new RegExp(String(expected)).test(value)
    default:
      throw new Error(`the checker knows no keyword ${keyword}`)
  }
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isObject(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'null':
      return value === null
    default:
      return typeof value === type
  }
}

const resolve = (root: Schema, reference: string): unknown =>
  reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((schema, key) => (schema as Schema)[key], root)
