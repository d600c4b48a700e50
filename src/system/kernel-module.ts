/** Kernel modules: loaded where we may; whether one is there is seen by asking for what it does. */

import { spawnSync } from 'node:child_process'

/** An ordinary user's PATH may lack the directory where modprobe is. Waits for it: before anything has begun. */
export function loadKernelModule(name: string): void {
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  spawnSync('modprobe', ['-q', name], { stdio: 'ignore', env: { ...process.env, PATH } })
}
