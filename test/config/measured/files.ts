/** Files that are in order, with a place for one more line in a block of each kind. */

export const instanceHead =
  'vrrp_instance VI_1 {\n  state BACKUP\n  interface eth0\n  virtual_router_id 51\n  priority 90\n'

const instance = (line = ''): string =>
  'vrrp_instance VI_1 {\n state BACKUP\n interface eth0\n virtual_router_id 51\n priority 90\n' +
  ` virtual_ipaddress {\n  10.0.0.10/24\n }\n${line}\n}\n`

const secure = 'global_defs {\n enable_script_security\n script_user root\n}\n'
const service = 'virtual_server 10.1.1.1 80 {\n lb_algo rr\n lb_kind NAT\n protocol TCP\n'
const server = ' real_server 10.2.2.2 80 {\n  weight 1\n'
const bfd = 'bfd_instance b {\n neighbor_ip 10.0.0.2\n'
const trackFile = 'track_file tf {\n file /tmp/x\n}\n'

/** What a check needs besides the line. */
const NEEDED: Readonly<Record<string, string>> = {
  HTTP_GET: ' url {\n path /\n status_code 200\n}\n',
  SSL_GET: ' url {\n path /\n status_code 200\n}\n',
  MISC_CHECK: ' misc_path "/bin/true"\n',
  DNS_CHECK: ' name x.y\n',
  FILE_CHECK: ' track_file tf\n',
  BFD_CHECK: ' name b\n',
}

function check(keyword: string, line: string): string {
  const before = keyword === 'FILE_CHECK' ? trackFile : keyword === 'BFD_CHECK' ? `${bfd}}\n` : ''
  return `${secure}${before}${service}${server}  ${keyword} {\n${NEEDED[keyword] ?? ''}${line}\n  }\n }\n}\n`
}

const BLOCKS: Readonly<Record<string, (line: string) => string>> = {
  instance,
  root: (line) => `${line}\n${instance()}`,
  global: (line) => `global_defs {\n${line}\n}\n${instance()}`,
  script: (line) =>
    `${secure}vrrp_script chk {\n script "/bin/true"\n${line}\n}\n${instance(' track_script {\n  chk\n }')}`,
  group: (line) => `${instance()}vrrp_sync_group G {\n group {\n  VI_1\n }\n${line}\n}\n`,
  auth: (line) => instance(` authentication {\n  auth_type PASS\n  auth_pass x\n${line}\n }`),
  vs: (line) => `${service}${line}\n${server}  TCP_CHECK {\n   connect_timeout 3\n  }\n }\n}\n`,
  rs: (line) => `${service}${server}${line}\n }\n}\n`,
  url: (line) => `${service}${server} HTTP_GET {\n url {\n path /\n${line}\n}\n  }\n }\n}\n`,
  bfd: (line) => `${bfd}${line}\n}\n${instance()}`,
  tfile: (line) => `track_file f {\n file /tmp/x\n${line}\n}\n${instance(' track_file {\n f\n }')}`,
  tproc: (line) =>
    `vrrp_track_process p {\n process bash\n${line}\n}\n${instance(' track_process {\n p\n }')}`,
  ggroup: (line) => `garp_group {\n garp_interval 1\n interface eth0\n${line}\n}\n${instance()}`,
}

export function fileWith(block: string, line: string): string {
  const [, keyword] = /^chk:(.*)$/.exec(block) ?? []
  const file = keyword === undefined ? BLOCKS[block]?.(line) : check(keyword, line)
  if (file === undefined) throw new Error(`no file for a line in ${block}`)
  return file
}
