/** What the daemon as a process takes from its file. It holds from the start to the end. */

export interface ProcessWide {
  /** `net_namespace` */
  readonly namespace?: string
  /** `instance` */
  readonly instance?: string
  /** `use_pid_dir` */
  readonly pidDirectory: boolean
}
