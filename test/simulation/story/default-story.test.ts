import { expect, test } from 'vitest'
import { seconds } from '../../../src/base/time.ts'
import { defaultStory, findingTime, printStory, settlingTime } from '../../../src/simulation/story/story.ts'
import { instance, modelOf } from '../../config/support.ts'

test('each host in turn is gone and comes back', () => {
  expect(printStory(defaultStory(['a', 'b'], seconds(3.6)))).toBe(
    'at 5s kill a\nat 10s start a\nat 15s kill b\nat 20s start b\n',
  )
  expect(defaultStory([], seconds(3))).toEqual([])
})

test.each([
  ['one take-over', '', 'priority 128', 3.5],
  ['a slower interval', '', 'advert_int 10\npriority 128', 30.5],
  ['more adverts that may be missed', '', 'down_timer_adverts 5\npriority 128', 5.5],
  ['a delay before it takes over from a lower one', '', 'preempt_delay 60\npriority 128', 63.5],
  ['a delay at start', 'global_defs {\n vrrp_startup_delay 7\n}', 'priority 128', 10.5],
  ['a script that must succeed first', script('init_fail'), 'priority 128', 3.5 + 10],
  ['a script that is taken to be well', script(''), 'priority 128', 3.5],
])('what happens is over after %s', async (_what, before, lines, expected) => {
  const models = [await modelOf(`${before}\n${instance(lines)}`), await modelOf(instance('priority 200'))]
  expect(settlingTime(models)).toBe(seconds(expected))
})

test('a script that changes its mind is heard of after so many runs, and the last one’s time', async () => {
  const timed = await modelOf(`${script('fall 3\n timeout 4')}\n${instance('')}`)
  expect(findingTime([timed])).toBe(seconds(3 * 5 + 4))
  expect(findingTime([await modelOf(instance(''))])).toBe(0)
})

function script(more: string): string {
  return `vrrp_script chk {\n script /bin/true\n interval 5\n rise 2\n ${more}\n}`
}
