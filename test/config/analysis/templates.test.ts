/* eslint-disable no-template-curly-in-string -- keepalived’s definitions look like that */

/** Files that were to be rendered and were not: one finding instead of many, and none where nothing is missing. */

import { describe, expect, test } from 'vitest'
import { lint, lintText } from '../../../src/config/analysis/lint/lint.ts'
import { withTemplates } from '../../../src/config/analysis/lint/templates.ts'
import { instance, load, MAIN, place } from '../support.ts'

async function findings(text: string): Promise<string[]> {
  const loaded = await load(text)
  const remarks = lint(loaded.model, loaded.nodes, { file: MAIN, verbose: false })
  const all = [...loaded.diagnostics, ...remarks, ...lintText(loaded)]
  return withTemplates(all, loaded.sources).map((one) => `${one.severity} ${place(one, loaded)}`)
}

const file = (open: string, close: string): string => `global_defs {
  router_id ${open}name${close}
}
vrrp_instance VI_1 {
  interface ${open}link${close}
  virtual_router_id ${open}vrid${close}
  priority ${open}priority${close}
  authentication {
    auth_type PASS
    auth_pass ${open}password${close}
  }
  virtual_ipaddress {
    ${open}address${close}/24
  }
}
`

describe('one finding, where the first place is', () => {
  test.each([
    ['{{ ', ' }}'],
    ['{{.', '}}'],
    ['<%= ', ' %>'],
    ['${', '}'],
    ['%{', '}'],
  ])('%s…%s', async (open, close) => {
    expect(await findings(file(open, close))).toEqual(['error 2:13 unrendered-template'])
  })

  test('of autoconf', async () => {
    const text = file('<', '>').replaceAll(/<(\w+)>/g, (_, name: string) => `@${name.toUpperCase()}@`)
    expect(await findings(text)).toEqual(['error 2:13 unrendered-template'])
  })

  test('statements around blocks', async () => {
    const text = `{% for host in hosts %}\n${file('{{ ', ' }}')}{% endfor %}\n`
    expect(await findings(text)).toEqual(['error 1:1 unrendered-template'])
  })
})

test('other blocks, and other files, are judged as ever', async () => {
  const text = `${instance('priority x')}${file('{{ ', ' }}').replaceAll('VI_1', 'VI_2')}`
  expect(await findings(text)).toEqual(['error 7:10 invalid-number', 'error 10:13 unrendered-template'])
})

describe('nothing is missing', () => {
  test.each([
    ['definitions', '$LINK=eth1\n$VRID=7\n'],
    ['conditions', '@node1 vrrp_script x {\n@^node1 vrrp_script x {\n  script /bin/true\n}\n'],
    ['a predefined name', 'vrrp_script x {\n  script "/bin/true ${_PWD}"\n}\n'],
    ['a comment', '# {{ ansible_managed }}\n! <% x %>\n'],
    ['a mail address', 'global_defs {\n  notification_email_from A@B.ORG\n}\n'],
    ['braces side by side', 'vrrp_script x { script /bin/true }\n'],
    ['an awk program', 'vrrp_script x {\n  script "/bin/sh -c \'awk {print}\'"\n}\n'],
  ])('%s', async (_what, text) => {
    const found = await findings(text + instance())
    expect(found.filter((one) => one.includes('unrendered-template'))).toEqual([])
  })
})
