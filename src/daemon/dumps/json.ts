/**
 * /tmp/keepalived.json in keepalived's own shape (version 1: an array), field by
 * field as 2.2.7 writes it, because exporters read it. The password is masked,
 * as keepalived does since 2.4.0.
 */

import { STATE_NUMBERS } from '../../base/state-names.ts'
import { seconds, toSeconds } from '../../base/time.ts'
import type { ProcessReport } from '../../scripts/tracking/tracked-processes.ts'
import { commandWords, addressWords, routeWords, ruleWords } from './words.ts'
import { asAdvertised, errorCounts, type DumpedRouter, type DumpSource } from './source.ts'
import { intervalsOf } from '../../vrrp/election/timers.ts'

export const MASKED = '********'

export const dumpJson = (source: DumpSource): string => `${JSON.stringify(shaped(source))}\n`

/** `json_version 2` as keepalived since 2.2.8 shows it: the same instances, and what is tracked of processes. */
function shaped(source: DumpSource): object {
  const vrrp = source.routers.map((router) => ({ data: dataOf(router, source), stats: statsOf(router) }))
  if (source.model.global.dumps.jsonVersion === 1) return vrrp
  return { vrrp, track_process: source.processes.map((report) => processOf(report, source)) }
}

const MATCHES = { name: 'none', exact: 'exact', partial: 'partial', initial: 'initial' } as const

function processOf({ name, running, verdict, isWaiting }: ProcessReport, { model }: DumpSource): object {
  const process = model.trackProcesses.find((each) => each.name === name)
  return {
    process: process?.program ?? name,
    param_match: MATCHES[process?.match ?? 'name'],
    min_processes: process?.quorum ?? 1,
    ...(process?.quorumMax !== undefined && { max_processes: process.quorumMax }),
    current_processes: running ?? 0,
    have_quorum: verdict === 'up',
    weight: process?.weight ?? 0,
    terminate_delay: toSeconds(process?.terminateDelay ?? seconds(0)),
    fork_delay: toSeconds(process?.forkDelay ?? seconds(0)),
    fork_delay_timer_running: isWaiting && verdict === 'down',
    terminate_delay_timer_running: isWaiting && verdict === 'up',
    full_command: process?.match === 'exact' && process.parameters.length === 0,
  }
}

const AUTH_TYPES = { none: 0, PASS: 1, AH: 2 } as const

function dataOf({ assembled, record, sinceMicros, isPresent }: DumpedRouter, { model }: DumpSource): object {
  const { instance, router } = assembled
  const { garp, authentication } = instance
  const { state, conditions } = record
  const flag = (value: boolean): number => (value ? 1 : 0)
  const number = STATE_NUMBERS[state.kind]
  const all = [...instance.addresses, ...instance.excludedAddresses]
  const addresses = all.map((address, index) => addressWords(address, isPresent(index)))
  const [vips, evips] = asAdvertised(addresses, instance, conditions)
  const scripts = instance.trackScripts.flatMap(({ script }) =>
    model.scripts.filter(({ name }) => name === script),
  )
  return {
    iname: instance.name,
    dont_track_primary: flag(instance.dontTrackPrimary),
    skip_check_adv_addr: flag(instance.skipCheckAdvAddr),
    strict_mode: flag(instance.strict),
    vmac_ifname: instance.virtualMac?.name ?? '',
    ifp_ifname: instance.link,
    master_priority: state.kind === 'backup' ? (state.master?.priority ?? 0) : 0,
    last_transition: sinceMicros / 1_000_000,
    garp_delay: toSeconds(garp.masterDelay),
    garp_refresh: toSeconds(garp.masterRefresh),
    garp_rep: garp.masterRepeat,
    garp_refresh_rep: garp.masterRefreshRepeat,
    garp_lower_prio_delay: toSeconds(garp.lowerPrioDelay),
    garp_lower_prio_rep: garp.lowerPrioRepeat,
    lower_prio_no_advert: flag(instance.lowerPrioNoAdvert),
    higher_prio_send_advert: flag(instance.higherPrioSendAdvert),
    vrid: instance.vrid,
    base_priority: instance.priority,
    effective_priority: conditions.priority,
    vipset: state.kind === 'master',
    promote_secondaries: instance.promoteSecondaries,
    adver_int: toSeconds(instance.advertInterval),
    master_adver_int: toSeconds(intervalsOf(router, state).advertInterval),
    accept: flag(instance.accept),
    nopreempt: !instance.preempt,
    preempt_delay: toSeconds(instance.preemptDelay),
    state: number,
    wantstate: state.kind === 'initialize' ? STATE_NUMBERS.backup : number,
    version: instance.version,
    smtp_alert: instance.smtpAlert,
    notify_deleted: instance.notify.deleted !== undefined,
    ...scriptsOf(instance.notify),
    ...(vips.length > 0 && { vips }),
    ...(evips.length > 0 && { evips }),
    ...(instance.routes.length > 0 && { vroutes: instance.routes.map(routeWords) }),
    ...(instance.rules.length > 0 && { vrules: instance.rules.map(ruleWords) }),
    ...(instance.trackInterfaces.length > 0 && {
      track_ifp: instance.trackInterfaces.map(({ link }) => link),
    }),
    ...(scripts.length > 0 && { track_script: scripts.map(({ command }) => commandWords(command)) }),
    auth_type: AUTH_TYPES[authentication.type],
    ...(authentication.type !== 'none' && { auth_data: MASKED }),
  }
}

function scriptsOf({
  backup,
  master,
  fault,
  stop,
  any,
}: DumpedRouter['assembled']['instance']['notify']): object {
  return {
    ...(backup && { script_backup: commandWords(backup) }),
    ...(master && { script_master: commandWords(master) }),
    ...(fault && { script_fault: commandWords(fault) }),
    ...(stop && { script_stop: commandWords(stop) }),
    ...(any && { script: commandWords(any) }),
  }
}

function statsOf({ counters }: DumpedRouter): object {
  const errors = errorCounts(counters)
  return {
    advert_rcvd: counters.advertsReceived,
    advert_sent: counters.advertsSent,
    become_master: counters.becameMaster,
    release_master: counters.releasedMaster,
    packet_len_err: errors.packet_len_err,
    advert_interval_err: errors.advert_interval_err,
    ip_ttl_err: errors.ip_ttl_err,
    invalid_type_rcvd: errors.invalid_type_rcvd,
    addr_list_err: errors.addr_list_err,
    invalid_authtype: errors.invalid_authtype,
    authtype_mismatch: errors.authtype_mismatch,
    auth_failure: errors.auth_failure,
    pri_zero_rcvd: counters.priorityZeroReceived,
    pri_zero_sent: counters.priorityZeroSent,
  }
}
