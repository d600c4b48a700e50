/** What `vrrpd reload` answers. Pure. */

export interface ReloadReport {
  readonly version: 1
  /** False: nothing was changed, for the reasons among `messages`. Of a dry run: whether it would be done. */
  readonly accepted: boolean
  readonly dryRun: boolean
  /** What changes, one line each, in the words of keepalived.conf; without passwords. */
  readonly plan: readonly string[]
  /** What the log says of the new configuration: warnings and errors. */
  readonly messages: readonly string[]
}
