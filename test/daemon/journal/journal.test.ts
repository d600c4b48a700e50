import { describe, expect, test } from 'vitest'
import { Journal, type NewEvent } from '../../../src/daemon/journal/journal.ts'

const event = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({
  kind: 'link',
  subject: 'eth0',
  text,
  ...more,
})

const texts = ({ events }: ReturnType<Journal['after']>): readonly string[] => events.map(({ text }) => text)

describe('Journal', () => {
  test('numbers what it is told, with time and cause', () => {
    const journal = new Journal()
    expect(journal.lastId).toBe(0)
    const first = journal.append(event('down'), 1_000)
    journal.append(event('VI_1 is FAULT', { kind: 'transition', instance: 'VI_1', cause: first }), 1_003)
    expect(journal.after(0)).toEqual({
      forgotten: 0,
      events: [
        {
          id: 1,
          at: '1970-01-01T00:00:01.000Z',
          kind: 'link',
          instance: null,
          subject: 'eth0',
          text: 'down',
          cause: null,
          count: 1,
          until: '1970-01-01T00:00:01.000Z',
        },
        expect.objectContaining({ id: 2, instance: 'VI_1', cause: 1, at: '1970-01-01T00:00:01.003Z' }),
      ],
    })
  })

  test('keeps the newest, and says how many it has forgotten since a reader was last here', () => {
    const journal = new Journal(3)
    for (let at = 1; at <= 5; at++) journal.append(event(`event ${at}`), at)
    expect(texts(journal.after(0))).toEqual(['event 3', 'event 4', 'event 5'])
    expect(journal.after(0).forgotten).toBe(2)
    expect(journal.after(1).forgotten).toBe(1)
    expect(journal.after(2).forgotten).toBe(0)
    expect(texts(journal.after(4))).toEqual(['event 5'])
    expect(journal.after(5)).toEqual({ events: [], forgotten: 0 })
    expect(journal.get(2)).toBeUndefined()
    expect(journal.get(3)?.text).toBe('event 3')
    expect(journal.get(6)).toBeUndefined()
  })

  test('what repeats itself is counted', () => {
    const journal = new Journal()
    const repeated = event('claims', { repeatKey: 'a' })
    const id = journal.append(repeated, 0)
    journal.append(event('other'), 500)
    expect(journal.append(repeated, 1_000)).toBe(id)
    expect(journal.append(event('claims', { repeatKey: 'b' }), 1_000)).not.toBe(id)
    expect(journal.get(id)).toMatchObject({ count: 2, until: '1970-01-01T00:00:01.000Z' })
    expect(journal.lastId).toBe(3)
  })

  test('what goes on for long is told again', () => {
    const journal = new Journal()
    const repeated = event('claims', { repeatKey: 'a' })
    const id = journal.append(repeated, 0)
    expect(journal.append(repeated, 599_999)).toBe(id)
    expect(journal.append(repeated, 600_000)).toBe(id + 1)
    // A clock set back by more than that.
    expect(journal.append(repeated, -1)).toBe(id + 2)
  })

  test('a repetition of what is forgotten is new', () => {
    const journal = new Journal(2)
    const repeated = event('claims', { repeatKey: 'a' })
    journal.append(repeated, 0)
    journal.append(event('x'), 1)
    journal.append(event('y'), 2)
    expect(journal.append(repeated, 3)).toBe(4)
    expect(journal.get(4)?.count).toBe(1)
  })
})
