/** What blocks are resolved with: the global settings they inherit, and what stands above them in the file. */

import type { Span } from '../diagnostics.ts'
import type { KernelNames } from '../kernel-names.ts'
import type { Garp, VrrpScript } from '../model.ts'
import type { Preferences } from './rule.ts'

export interface Defaults {
  readonly version: number
  /** `default_interface` */
  readonly link: string
  readonly strict: boolean
  readonly garp: Garp
  readonly downTimerAdverts: number
  readonly lowerPrioNoAdvert: boolean
  readonly higherPrioSendAdvert: boolean
  readonly skipCheckAdvAddr: boolean
  readonly smtpAlert: boolean
  readonly checkUnicastSource: boolean
}

export interface Surrounding {
  readonly defaults: Defaults
  readonly names: KernelNames
  readonly preferences: Preferences
  /** Those defined above. */
  readonly scripts: ReadonlyMap<string, VrrpScript>
  /** Where each vrrp_script of the whole file has its name. */
  readonly scriptNames: ReadonlyMap<string, Span>
}
