import { describe, expect, test } from 'vitest'
import { findings, instance, load, OWN } from '../support.ts'

const found = async (text: string): Promise<string[]> => findings(await load(text))

describe('where a block begins', () => {
  test.each([
    'vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.1\n }\n}',
    'vrrp_instance V{\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {192.0.2.1}\n}',
    'vrrp_instance V\n\n\n{\n interface eth0\n virtual_router_id 51\n virtual_ipaddress\n{ 192.0.2.1 }\n}',
    'vrrp_instance V {interface eth0\n virtual_router_id 51\n virtual_ipaddress { 192.0.2.1\n}}',
    'vrrp_instance V { interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.1 } }',
  ])('%s', async (text) => {
    const loaded = await load(text)
    expect(findings(loaded)).toEqual([])
    expect(loaded.model.instances).toMatchObject([{ name: 'V', vrid: 51, addresses: [{ link: 'eth0' }] }])
  })

  test('only the first word of a part is a keyword', async () => {
    const { model } = await load(instance('  virtual_ipaddress { 192.0.2.2 } nopreempt priority 7'))
    expect(model.instances[0]).toMatchObject({ preempt: false, priority: 100, addresses: [{}, {}] })
  })

  test('a section without a brace goes on with what follows', async () => {
    const loaded = await load('vrrp_instance V\n priority 99\n interface eth0\n virtual_router_id 51\n}\n')
    expect(findings(loaded)).toContain('2:2 missing-open-brace')
    expect(loaded.model.instances[0]).toMatchObject({ priority: 99, vrid: 51 })
  })

  test('a list without a brace takes everything up to the next one', async () => {
    const loaded = await load(instance('  virtual_ipaddress\n  192.0.2.3\n  }\n  priority 9'))
    expect(findings(loaded)).toEqual([
      `${OWN + 1}:3 missing-open-brace`,
      // For the processes that only count braces, the instance has ended here.
      `${OWN + 3}:3 unknown-keyword`,
      `${OWN + 4}:1 unexpected-close-brace`,
    ])
    expect(loaded.ofDaemon).toHaveLength(2)
    expect(loaded.model.instances[0]).toMatchObject({ priority: 9, addresses: [{}, {}] })
  })

  test('words on the line of a list are none of its entries', async () => {
    const loaded = await load(instance('  virtual_ipaddress 192.0.2.3 {\n  192.0.2.4\n  }'))
    expect(findings(loaded)).toEqual([`${OWN}:21 extra-words`])
    expect(loaded.model.instances[0]!.addresses).toHaveLength(2)
  })
})

describe('where a block ends', () => {
  test('an unknown block is none: its end ends what surrounds it', async () => {
    const loaded = await load(instance('  foo 1 2 {\n  priority 9\n  }\n  nopreempt'))
    expect(findings(loaded)).toEqual([
      `${OWN}:3 unknown-keyword`,
      `${OWN}:11 unexpected-open-brace`,
      `${OWN + 3}:3 unknown-keyword`,
      `${OWN + 4}:1 unexpected-close-brace`,
    ])
    expect(loaded.model.instances[0]).toMatchObject({ priority: 9, preempt: true })
  })

  test('a missing brace makes two instances one', async () => {
    const text = instance().replace(/\}\n$/, '') + instance('  priority 77', 'VI_2')
    const loaded = await load(text)
    expect(findings(loaded)).toEqual([
      '7:1 unknown-keyword',
      '7:20 unexpected-open-brace',
      '11:5 duplicate-address',
      '14:2 missing-close-brace',
    ])
    expect(loaded.model.instances).toMatchObject([{ name: 'VI_1', priority: 77, addresses: [{}, {}] }])
  })

  test('the brace that is never closed is shown', async () => {
    const { diagnostics } = await load(instance().replace(/\}\n$/, ''))
    expect(diagnostics).toMatchObject([{ code: 'missing-close-brace', related: [{ span: { start: 19 } }] }])
  })

  test('a brace too many ends nothing', async () => {
    const loaded = await load(`}\n${instance()}}}\n`)
    expect(findings(loaded)).toEqual([
      '1:1 unexpected-close-brace',
      '9:1 unexpected-close-brace',
      '9:2 unexpected-close-brace',
    ])
    expect(loaded.model.instances).toHaveLength(1)
  })

  test('braces inside a list are lines of it', async () => {
    expect(await found(instance('  virtual_ipaddress {\n  192.0.2.3 {\n  192.0.2.4\n  }'))).toEqual([
      `${OWN + 1}:13 invalid-address`,
      `${OWN + 4}:2 missing-close-brace`,
    ])
  })

  test('keepalived’s processes skip each other’s blocks by their braces alone', async () => {
    const text = 'virtual_server 192.0.2.1 80 {\n foo {\n }\n}\nvrrp_instance V {\n bar {\n }\n}\n'
    expect(await found(text)).toEqual(
      expect.arrayContaining(['2:2 unknown-keyword', '4:1 unexpected-close-brace', '6:2 unknown-keyword']),
    )
  })
})

describe('names of blocks', () => {
  test.each([
    ['vrrp_instance {\n foo\n}\n', '1:1 block-name'],
    ['vrrp_instance A B {\n foo\n}\n', '1:1 block-name'],
    ['vrrp_sync_group {\n foo\n}\n', '1:1 block-name'],
    ['vrrp_script {\n}\n', '1:12 missing-parameter'],
    ['virtual_server {\n}\n', '1:15 missing-parameter'],
  ])('%s', async (text, finding) => {
    expect(await found(text)).toEqual([finding])
  })

  test('a second block of the same name is skipped as a whole', async () => {
    const loaded = await load(instance('  priority 1') + instance('  priority 2\n  foo'))
    expect(findings(loaded)).toEqual(['9:15 duplicate-name'])
    expect(loaded.model.instances).toMatchObject([{ priority: 1 }])
    expect(loaded.diagnostics[0]!.related).toMatchObject([{ span: { start: 14, end: 18 } }])
  })

  test('a refused block that does not begin with a brace is read, and counts for nothing', async () => {
    const loaded = await load('vrrp_instance\n virtual_router_id\n}\n')
    expect(findings(loaded)).toEqual([
      '1:1 block-name',
      '2:2 missing-open-brace',
      '2:2 unknown-keyword',
      '2:19 missing-parameter',
      '3:1 unexpected-close-brace',
    ])
    expect(loaded.fatal).toBe(true)
  })
})

describe('unknown keywords', () => {
  test.each<[string, string | undefined]>([
    ['preemtp_delay 5', 'preempt_delay'],
    ['Priority 5', 'priority'],
    ['virtual_routerid 5', 'virtual_router_id'],
    ['garp-master-delay 5', 'garp_master_delay'],
    ['//', undefined],
    ['something_else', undefined],
  ])('%s', async (line, suggestion) => {
    const { diagnostics } = await load(instance(`  ${line}`))
    expect(diagnostics.map((one) => one.suggestion)).toEqual([suggestion])
  })

  test('a keyword of another block is told where it belongs', async () => {
    const { diagnostics } = await load('priority 100\n')
    expect(diagnostics[0]!.message).toContain('it belongs in vrrp_instance')
    expect(diagnostics[0]!.suggestion).toBeUndefined()
  })

  test('keepalived goes on, and so does the rest of the block', async () => {
    const { model } = await load(instance('  foo bar\n  priority 9'))
    expect(model.instances[0]!.priority).toBe(9)
  })
})
