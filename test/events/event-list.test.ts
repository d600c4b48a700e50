import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/events/event.ts'
import { EventList } from '../../src/events/event-list.ts'

const remark = (text: string): DomainEvent => ({ type: 'remark', level: 'info', text })
const textOf = (event: DomainEvent): string => (event.type === 'remark' ? event.text : event.type)

test('a subscriber hears of everything until it leaves', () => {
  const events = new EventList()
  let heard = 0
  const leave = events.subscribe(() => heard++)
  events.publish(remark('a'))
  events.publish(remark('b'))
  expect(heard).toBe(2)
  leave()
  leave()
  events.publish({ type: 'link', link: 'eth0', state: 'down' })
  expect(heard).toBe(2)
})

test('who has subscribed first hears first; twice is twice', () => {
  const events = new EventList()
  const heard: string[] = []
  const listener = (name: string) => (event: DomainEvent) => heard.push(`${name} ${textOf(event)}`)
  events.subscribe(listener('journal'))
  const again = listener('log')
  const leave = events.subscribe(again)
  events.subscribe(again)
  events.publish(remark('a'))
  expect(heard).toEqual(['journal a', 'log a', 'log a'])
  leave()
  events.publish(remark('b'))
  expect(heard.slice(3)).toEqual(['journal b', 'log b'])
})

test('one may leave, or come, while it is told', () => {
  const events = new EventList()
  const heard: string[] = []
  const leave = events.subscribe((event) => {
    heard.push(textOf(event))
    leave()
    events.subscribe((later) => heard.push(`new ${textOf(later)}`))
  })
  events.publish(remark('a'))
  events.publish(remark('b'))
  // Who comes while it is told hears of it as well.
  expect(heard).toEqual(['a', 'new a', 'new b'])
})

test('all hear the same, in one order, whoever publishes in answer to what', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      (numbers, answering) => {
        const events = new EventList()
        const heard = answering.map((): string[] => [])
        for (const [index, answers] of answering.entries())
          events.subscribe((event) => {
            heard[index]?.push(textOf(event))
            // Answers are answered by nobody.
            if (textOf(event).length > 1) return
            for (let each = 0; each < answers; each++)
              events.publish(remark(`${textOf(event)} ${index} ${each}`))
          })
        for (const number of numbers) events.publish(remark(String(number)))
        const [first = []] = heard
        for (const other of heard) expect(other).toEqual(first)
        const total = answering.reduce((sum, each) => sum + each, 0)
        expect(first).toHaveLength(numbers.length * (1 + total))
        expect(first.filter((text) => text.length === 1)).toEqual(numbers.map(String))
      },
    ),
  )
})

test('a defect of one subscriber does not silence the list', () => {
  const events = new EventList()
  const heard: string[] = []
  events.subscribe((event) => {
    if (textOf(event) === 'bad') throw new Error('a defect')
    heard.push(textOf(event))
  })
  expect(() => events.publish(remark('bad'))).toThrow('a defect')
  events.publish(remark('good'))
  expect(heard).toEqual(['good'])
})
