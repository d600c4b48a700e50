import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lab, type Host } from '../support/lab.ts'
import { needs } from '../support/privileges.ts'

const PROGRAM = [
  ...[process.execPath, '--import', './tools/typescript.mjs'],
  'test/system/fixtures/ping-group-range.ts',
]

needs('netns')('net.ipv4.ping_group_range', () => {
  let lab: Lab<'a'>
  let a: Host

  beforeAll(async () => {
    lab = await Lab.create({ hosts: ['a'] })
    a = lab.host('a')
  })
  afterAll(async () => {
    await lab.destroy()
  })

  const set = (range: string): Promise<string> =>
    a.exec(['sysctl', '-q', '-w', `net.ipv4.ping_group_range=${range}`])
  const linesOf = (output: string): readonly string[] => output.trim().split('\n')

  test.each([
    { former: '1 0', why: 'nobody had been let in', meanwhile: '', gives: ['0 0', '1 0', 'true'] },
    { former: '3 9', why: 'the upper bound stays', meanwhile: '', gives: ['0 9', '3 9', 'true'] },
    { former: '0 9', why: 'nothing is to be done', meanwhile: '', gives: ['0 9', '0 9', 'true'] },
    { former: '0 9', why: 'nothing of ours is there', meanwhile: '5 6', gives: ['0 9', '5 6', 'true'] },
    { former: '1 0', why: 'another has set it since', meanwhile: '0 7', gives: ['0 0', '0 7', 'true'] },
  ])('of $former is opened and given back: $why', async ({ former, meanwhile, gives }) => {
    await set(former)
    expect(linesOf(await a.exec([...PROGRAM, meanwhile]))).toEqual(gives)
  })

  test('what cannot be written is an error with its name', async () => {
    await set('1 0')
    const readOnly = 'mount -o bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"'
    const output = await a.exec(['unshare', '-m', 'sh', '-c', readOnly, 'sh', ...PROGRAM])
    expect(linesOf(output)).toEqual(['write EROFS'])
  })
})
