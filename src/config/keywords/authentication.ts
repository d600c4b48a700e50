/** `authentication { … }` and its newer sibling, in instances. */

import { notYet, section, table, value, type Keyword } from '../syntax/keyword.ts'
import { choice, text, words } from '../values/basic.ts'
import { integer } from '../values/number.ts'
import { password } from '../values/password.ts'

export const authType: Keyword<'PASS' | 'AH'> = value(
  'auth_type',
  1,
  choice(['PASS', 'AH'], 'the line is ignored'),
  'password in clear, or the old IPsec AH',
)
export const authPass: Keyword<Uint8Array> = value('auth_pass', 1, password, 'its first eight bytes are used')

export const authentication: Keyword = section(
  'authentication',
  1,
  table(authType, authPass),
  'VRRPv2 only; must be the same on all routers',
)

const standing = notYet('advertisements are not signed')

export const authHmac: Keyword = section(
  'auth_hmac',
  3,
  table(
    value('key', 3, words('ID SECRET', 2), 'a key and its number', { standing }),
    value('active_key', 3, integer({ minimum: 0, maximum: 255 }), 'the key that signs', { standing }),
    value('anti_replay', 3, text('time|monotonic'), 'how old advertisements are told', { standing }),
    value('time_window', 3, integer({ minimum: 1, maximum: 300 }), 'seconds of clock difference', {
      standing,
    }),
    value('mode', 3, text('enforce|permissive|receive-only'), 'what unsigned ones mean', { standing }),
  ),
  'sign advertisements',
  { standing, since: '2.4.0' },
)
