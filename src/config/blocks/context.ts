/** What blocks are resolved with: the global settings they inherit, and what stands above them in the file. */

import type { Span } from '../diagnostics/diagnostics.ts'
import type { KernelNames } from '../values/kernel-names.ts'
import type { Garp } from './garp.ts'
import type { TrackFile } from './track-file.ts'
import type { Preferences } from './virtual-rule/rule.ts'
import type { VrrpScript } from './vrrp-script.ts'
import type { TrackProcess } from './vrrp-track-process.ts'

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
  readonly notifyPriorityChanges: boolean
  readonly checkUnicastSource: boolean
  /** `v3_checksum_as_v2` */
  readonly checksumAsVersion2: boolean
}

/** What instances and groups can track: those defined above. */
export interface Trackable {
  readonly scripts: ReadonlyMap<string, VrrpScript>
  readonly files: ReadonlyMap<string, TrackFile>
  readonly processes: ReadonlyMap<string, TrackProcess>
}

export interface Surrounding extends Trackable {
  readonly defaults: Defaults
  readonly names: KernelNames
  readonly preferences: Preferences
  /** Where each vrrp_script of the whole file has its name. */
  readonly scriptNames: ReadonlyMap<string, Span>
}
