/** `global_defs { … }` */

import type { IpAddress } from '../../base/address.ts'
import type { Duration } from '../../base/time.ts'
import { list, noEffect, notYet, section, table, value, type Arguments, type Keyword } from '../keyword.ts'
import type { ScriptUser } from '../model.ts'
import { ipAddress } from '../values/address.ts'
import { flag, text, words } from '../values/basic.ts'
import { ignored, integer, secondsBetween } from '../values/number.ts'
import { readScriptUser } from '../values/script-user.ts'

const FOREVER = 2_147_483_647
const noMail = notYet('vrrpd sends no mail')

const scriptUserArguments: Arguments<ScriptUser> = {
  syntax: 'USER [GROUP]',
  needed: 1,
  read: (statement) => readScriptUser(statement.words.slice(1)),
}

export const routerId: Keyword<string> = value(
  'router_id',
  1,
  text('NAME'),
  'this machine’s name in mails and logs',
  {
    default: 'the host name',
  },
)
export const enableScriptSecurity: Keyword<true> = value(
  'enable_script_security',
  2,
  flag,
  'never run as root what somebody else can write',
)
export const scriptUser: Keyword<ScriptUser> = value(
  'script_user',
  2,
  scriptUserArguments,
  'who runs scripts',
  {
    default: 'keepalived_script if there is such a user, else root',
  },
)
export const dynamicInterfaces: Keyword<readonly unknown[]> = value(
  'dynamic_interfaces',
  2,
  words('[allow_if_changes]'),
  'interfaces may be missing at start',
)
export const vrrpMcastGroup4: Keyword<IpAddress> = value(
  'vrrp_mcast_group4',
  3,
  ipAddress('224.0.0.18 is used'),
  'where advertisements are sent',
  { default: '224.0.0.18' },
)
export const vrrpStartupDelay: Keyword<Duration> = value(
  'vrrp_startup_delay',
  2,
  secondsBetween({ minimum: 0.001, maximum: FOREVER }),
  'seconds to wait before VRRP starts',
  { default: '0' },
)

export const globalDefs: Keyword = section(
  'global_defs',
  1,
  table(
    routerId,
    enableScriptSecurity,
    scriptUser,
    dynamicInterfaces,
    vrrpMcastGroup4,
    vrrpStartupDelay,
    list('notification_email', 1, 'who gets mail', { standing: noMail }),
    value('notification_email_from', 1, text('ADDRESS'), 'sender of mails', { standing: noMail }),
    value('smtp_server', 1, words('HOST [PORT]', 1), 'mail server', { standing: noMail }),
    value('smtp_connect_timeout', 1, integer({ minimum: 0, maximum: FOREVER }, ignored), 'seconds', {
      standing: noMail,
    }),
    value('lvs_flush', 4, flag, 'clear IPVS at start', { standing: noEffect('vrrpd does not touch IPVS') }),
  ),
  'settings of the daemon and defaults of instances',
)
