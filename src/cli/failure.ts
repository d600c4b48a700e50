/**
 * Why a daemon cannot be asked, and what to do about it: by the socket's file,
 * by who asks, and by what runs on this host.
 */

import { isAbsence, type ClientError } from '../control/client.ts'
import { exitCodeOf } from './exit-codes.ts'
import { systemHost, type AskingHost, type Running } from './no-answer-diagnosis.ts'
import type { CommandIo } from './io.ts'

/** @returns the exit code */
export async function sayFailure(error: ClientError, path: string, io: CommandIo): Promise<number> {
  const advice = await adviceFor(error, path, systemHost)
  io.err([error.text, ...advice].map((line) => `${line}\n`).join(''))
  return exitCodeOf(error)
}

/** Each a line; none where the error says it all. */
export async function adviceFor(
  error: ClientError,
  path: string,
  host: AskingHost,
): Promise<readonly string[]> {
  if (isAbsence(error)) return adviceForAbsence(path, await host.daemons())
  switch (error.code) {
    case 'forbidden':
      return adviceForForbidden(path, host)
    case 'other-version':
      return ['restart it, so that the installed one runs: systemctl restart vrrpd']
    case 'not-understood':
      return ['is it a vrrpd of another version, or another program? vrrpd has --control PATH for its socket']
    case 'no-answer':
      return ['systemctl status vrrpd, journalctl -u vrrpd; a busy host: top']
    default:
      return []
  }
}

/** Who runs tells what is meant. */
function adviceForAbsence(path: string, daemons: readonly Running[]): readonly string[] {
  const own = daemons.filter(({ name }) => name === 'vrrpd')
  const elsewhere = own.find(({ control }) => control !== undefined && control !== path)
  if (elsewhere?.control !== undefined)
    return [`process ${elsewhere.pid} is a vrrpd with another control socket: --control ${elsewhere.control}`]
  const [silent] = own
  if (silent)
    return [
      `process ${silent.pid} is a vrrpd without this socket: it has just been started, or its log says why (journalctl -u vrrpd)`,
    ]
  const rival = daemons.find(({ name }) => name === 'keepalived')
  if (rival)
    return [
      `keepalived runs instead (process ${rival.pid}); to change over:`,
      '  systemctl disable --now keepalived && systemctl enable --now vrrpd',
    ]
  return [
    'start it: systemctl start vrrpd',
    'if it has ended by itself: systemctl status vrrpd, or vrrpd check',
  ]
}

async function adviceForForbidden(path: string, host: AskingHost): Promise<readonly string[]> {
  const group = await host.groupOf(path)
  if (group === undefined) return ['ask as root']
  if (group.gid === 0)
    return [
      'it admits root only: ask as root',
      'to admit a group, give the daemon --control-group=GROUP (DAEMON_ARGS in /etc/default/keepalived) and restart it',
    ]
  const { user } = host
  if (group.members.includes(user))
    return [
      `it admits the group ${group.name}, to which ${user} belongs, but not yet in this login: newgrp ${group.name}`,
    ]
  return [
    `it admits root and the group ${group.name}`,
    `to join: usermod -aG ${group.name} ${user} (as root), then log in again`,
  ]
}
