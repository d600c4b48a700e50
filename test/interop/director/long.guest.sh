#!/bin/bash
# More stories of director.guest.sh, for which there is no room in each test run: `npm run test:director`. The exit code
# is 1 when one of them is not as it should be.
set -u
DAEMON=${DAEMON:-vrrpd}
# shellcheck source=stage.sh
source test/interop/director/stage.sh
open_stage
for story in 66 71 73 74 78; do make_pair $story; done
responders=''

globals() {
  cat <<C
global_defs {
  router_id director
  script_user root
  enable_script_security
  lvs_notify_fifo /run/director/fifo
  lvs_timeouts tcp 700 tcpfin 70 udp 77
  lvs_sync_daemon eth1 id 7
}
track_file F63 {
  file /run/director/number
}
C
}

checkers() {
  cat <<C
virtual_server 10.8.0.61 53 {
  lb_algo rr
  protocol UDP
  $every_second
  real_server 10.10.61.1 53 {
    UDP_CHECK {
      connect_timeout 1
      retry 0
    }
  }
  real_server 10.9.61.2 53 {
    UDP_CHECK {
      connect_timeout 1
      retry 0
    }
  }
}
virtual_server 10.8.0.62 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.62.1 80 {
    PING_CHECK {
      connect_timeout 5
      retry 0
    }
  }
}
virtual_server 10.8.0.63 80 {
  lb_algo wrr
  protocol TCP
  real_server 10.9.63.1 80 {
    weight 10
    FILE_CHECK {
      track_file F63
      weight 1
    }
  }
}
virtual_server 10.8.0.64 80 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.64.1 80 {
    HTTP_GET {
      url {
        path /one
        status_code 200
      }
      url {
        path /two
        status_code 200-299
        virtualhost two.example
      }
      http_protocol 1.1
      connect_timeout 5
      retry 0
    }
  }
}
virtual_server 10.8.0.65 25 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.65.1 25 {
    notify_down "/run/director/note 65 down"
    SMTP_CHECK {
      helo_name director.example
      connect_timeout 5
      retry 1
      delay_before_retry 1
    }
  }
}
virtual_server 10.8.0.67 53 {
  lb_algo rr
  protocol UDP
  $every_second
  real_server 10.9.67.1 53 {
    notify_down "/run/director/note 67 down"
    DNS_CHECK {
      type A
      name www.example.org
      connect_timeout 5
      retry 1
      delay_before_retry 1
    }
  }
}
virtual_server 10.8.0.69 443 {
  lb_algo rr
  protocol TCP
  $every_second
  real_server 10.9.69.1 443 {
    notify_down "/run/director/note 69 down"
    SSL_GET {
      enable_sni
      url {
        path /secure
        virtualhost secure.example
        status_code 200
      }
      connect_timeout 5
      retry 1
      delay_before_retry 1
    }
  }
}
virtual_server 10.8.0.66 80 {
  lb_algo rr
  protocol TCP
  ha_suspend
  $every_second
  ${pairs[66]}
}
C
}

changes() { # 1|2
  file "$1" <<C
virtual_server 10.8.0.70 80 {
  lb_algo rr
  protocol TCP
  $every_second
- connect_timeout 4
+ connect_timeout 5
  real_server 10.9.70.1 80 {
    notify_up "/run/director/note 70 up"
    TCP_CHECK {
    }
  }
  real_server 10.9.70.2 80 {
  }
}
virtual_server 10.8.0.71 80 {
  lb_algo rr
  protocol TCP
+ inhibit_on_failure
  $every_second
  ${pairs[71]}
}
virtual_server 10.8.0.72 53 {
  lb_algo rr
- protocol TCP
+ protocol UDP
  quorum_up "/run/director/note 72 quorum up"
  quorum_down "/run/director/note 72 quorum down"
  real_server 10.9.72.1 53 {
    notify_down "/run/director/note 72 down"
  }
}
virtual_server 10.8.0.73 80 {
  lb_algo rr
  protocol TCP
+ quorum 2
+ sorry_server 10.9.73.9 80
  quorum_down "/run/director/note 73 quorum down"
  $every_second
  ${pairs[73]}
}
virtual_server 10.8.0.74 80 {
  lb_algo rr
  protocol TCP
  quorum 2
- sorry_server 10.9.74.9 80
  $every_second
  ${pairs[74]}
}
virtual_server_group G75 {
  10.8.75.1 80
- 10.8.75.2 80
}
virtual_server group G75 {
  lb_algo rr
  protocol TCP
  real_server 10.9.75.1 80 {
  }
}
virtual_server 10.8.0.76 80 {
  lb_algo rr
  protocol TCP
  quorum_down "/run/director/note 76 quorum down"
- real_server 10.9.76.1 80 {
-   notify_down "/run/director/note 76 down"
- }
}
virtual_server 10.8.0.77 80 {
  lb_algo rr
  protocol TCP
  $every_second
- real_server 10.9.77.1 80 {
-   notify_down "/run/director/note 77 down"
-   TCP_CHECK {
-   }
- }
  real_server 10.9.77.2 80 {
    $tcp
  }
}
virtual_server 10.8.0.78 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.78.3 80 {
  }
}
virtual_server 10.8.0.78 80 {
  lb_algo rr
  protocol TCP
  $every_second
  ${pairs[78]}
}
virtual_server 10.8.0.79 80 {
  lb_algo wrr
  protocol TCP
  $every_second
  real_server 10.9.79.1 80 {
-   weight 5
+   weight 6
    $tcp
  }
  real_server 10.9.79.2 80 {
  }
}
virtual_server 10.8.0.80 80 {
  lb_algo wrr
  protocol TCP
  $every_second
  real_server 10.9.80.1 80 {
-   weight 5
+   weight 6
    MISC_CHECK {
      misc_path "/run/director/judge 80"
      misc_timeout 100
      misc_dynamic
    }
  }
}
C
}
whole() { # 1|2
  globals
  checkers
  changes "$1"
}

open_servers 10.9.64.1-80 10.9.66.1-80 10.9.71.1-80 10.9.73.1-80 10.9.74.1-80 10.9.77.2-80 10.9.78.1-80
# Their answers: smtp-ADDRESS-PORT and the like, see responders.mjs.
respond() { # NAME ANSWER
  local side
  for side in $sides; do
    echo "$2" >"$work/$side/responders/$1.new"
    mv "$work/$side/responders/$1.new" "$work/$side/responders/$1"
  done
}
for side in $sides; do mkdir "$work/$side/responders"; done
respond smtp-10.9.65.1-25 220
respond dns-10.9.67.1-53 0
respond https-10.9.69.1-443 200
for side in $sides; do
  ip netns exec "$side-servers" node "$here/responders.mjs" "$work/$side/responders" &
  within test -e "$work/$side/responders/up" || fail 65 "nobody responds on the side of $side"
  responders+=" $!"
done
judge_with 80 30
for side in $sides; do echo 4 >"$work/$side/number"; done
whole 1 | configure
start

both 61 'check: UDP.*61.1' 'table: .*61.1' '!table: .*61.2' 'fifo: RS .*61.2.* DOWN'
both 62 'check: ICMP'
both 63 'table: .*63.1:80 -m -w 14'
# Which URL is asked when it fails, and is told of on the way back, is a matter of time.
each() { # N CONDITION...
  expect theirs "$@"
  expect ours "$@"
}
each 64 'check: Remote.*64.1'
both 65 'check: Remote SMTP'
both 67 'table: .*67.1'
both 69 'check: Remote Web'
both 66 'table: .*66.1' 'table: .*66.2' 'log: Deactivating'
both 70 '!table: .*70.1' 'table: .*70.2'
both 71 '!table: .*71.2' 'table: .*71.1'
both 72 '-t 10.8.0.72:53'
both 73 '!table: .*73.2' 'table: .*73.1'
both 74 'table: .*74.9' '!table: .*74.[12]'
both 75 '10.8.75.1:80' '10.8.75.2:80'
both 76 'table: .*76.1'
both 77 '!table: .*77.1' 'table: .*77.2'
united=('!table: .*78.2' 'table: .*78.1' 'table: .*78.3')
differ 78 "${united[@]}" 'SET_ADD.1154. error: Service already exists' -- "${united[@]}" '!IPVS cmd'
both 79 '!table: .*79.1' 'table: .*79.2'
both 80 '80.1:80 -m -w 28'
settle
for side in $sides; do
  ip netns exec "$side-director" ipvsadm -L -n --timeout >"$work/$side/said"
  ip netns exec "$side-director" ipvsadm -L -n --daemon >>"$work/$side/said"
done
diff "$work/theirs/said" "$work/ours/said" >"$work/diff" || fail 68 "$(tr '\n' ';' <"$work/diff")"
grep -q '700 70 77' "$work/theirs/said" || fail 68 "$(tr '\n' ';' <"$work/theirs/said")"
grep -q 'syncid=7' "$work/theirs/said" || fail 68 "$(tr '\n' ';' <"$work/theirs/said")"
done_with '61 UDP_CHECK: who is unreachable is out, who is silent is in'
done_with '68 timeouts and the synchronisation daemon'

for side in $sides; do
  ip -n "$side-servers" route add blackhole 10.9.62.1/32 table local
  echo -3 >"$work/$side/number"
  ip -n "$side-director" addr add 10.8.0.66/32 dev lo
done
answer_with 10.9.64.1-80 500 10.9.64.1
respond smtp-10.9.65.1-25 554
respond dns-10.9.67.1-53 3
respond https-10.9.69.1-443 503
down=('!table: .*-a' 'fifo: RS .* DOWN' 'log: Lost')
both 65 "${down[@]}" 'call: 65 .down.' 'log: SMTP_CHECK Bad greeting|log: .*after 1 retries'
both 67 "${down[@]}" 'call: 67 .down.' 'log: DNS_CHECK'
both 69 "${down[@]}" 'call: 69 .down.' 'log: HTTP|log: .*failed after 1 retries'
both 62 '!table: .*62.1' 'log: ICMP CHECK'
both 63 'table: .*63.1:80 -m -w 7'
each 64 '!table: .*64.1' 'fifo: RS .*64.1.* DOWN'
both 66 '!table: .*66.2' 'table: .*66.1' 'fifo: RS .*66.2.* DOWN'
settle
for side in $sides; do
  ip -n "$side-servers" route del blackhole 10.9.62.1/32 table local
  echo -20 >"$work/$side/number"
  ip -n "$side-director" addr del 10.8.0.66/32 dev lo
done
answer_with 10.9.64.1-80 200 10.9.64.1
respond smtp-10.9.65.1-25 220
respond dns-10.9.67.1-53 0
respond https-10.9.69.1-443 200
for story in 65 67 69; do both $story 'table: .*-a' 'fifo: RS .* UP' 'log: Gained'; done
both 62 'table: .*62.1'
both 63 'table: .*63.1:80 -m -w 0'
each 64 'table: .*64.1' 'fifo: RS .*64.1.* UP'
both 66 'table: .*66.1' 'log: Suspending'
settle
for side in $sides; do cut -d ' ' -f 2- "$work/$side/requests" | sort -u >"$work/$side/said"; done
diff "$work/theirs/said" "$work/ours/said" >"$work/diff" || fail 64 "requests: $(tr '\n' ';' <"$work/diff")"
done_with '62 PING_CHECK'
done_with '63 FILE_CHECK'
done_with '64 HTTP_GET with two urls'
done_with '65 SMTP_CHECK'
done_with '67 DNS_CHECK'
done_with '69 SSL_GET'
done_with '66 ha_suspend'

forget
whole 2 | configure
signal HUP
differ 70 '!table: .*70.1' 'call: 70 .up.' -- '!table: .*70.1' '!call:'
both 71 'table: .*71.2:80 -m -w 0' '!log:'
both 72 '-u 10.8.0.72:53' '!-t 10.8.0.72' 'call: 72 .down.' 'call: 72 .quorum. .down.' 'call: 72 .quorum. .up.'
both 73 'table: .*73.9' '!table: .*73.[12]' 'log: Starting with quorum down' 'call: 73 .quorum. .down.'
differ 74 '!table: .*74.[129]' -- 'table: .*74.1' '!table: .*74.[29]'
differ 75 'table: -A -t 10.8.75.2:80' '!table: -a -t 10.8.75.2' -- '!table: .*10.8.75.2'
both 76 '!table:' 'call: 76 .down.' 'call: 76 .quorum. .down.'
both 77 'table: .*77.2' '!table: .*77.1' '!call: 77 .down.'
differ 78 'table: .*78.1' -- 'table: .*78.1' '!table: .*78.2' 'table: .*78.3' '!fifo: RS'
both 79 '!table: .*79.1' 'log: Changing weight from 5 to 6 for inactive'
both 80 '80.1:80 -m -w 28' '!log:'
settle
done_with '70 reload: who is down stays out with another check'
done_with '71 reload: with inhibit_on_failure who is down comes in with weight 0'
done_with '72 reload: another protocol is another virtual server'
done_with '73 reload: a sorry server and a quorum that is not reached'
done_with '74 reload: without the sorry server those who are up are in'
done_with '75 reload: an address of a group takes its service along'
done_with '76 reload: the last server'
done_with '77 reload: who is down is removed'
done_with '78 reload: two blocks of one service'
done_with '79 reload: the weight of who is down'
done_with '80 reload: a weight that a script gave stays'

signal TERM
ended 81
for side in $sides; do
  left=$(ip netns exec "$side-director" ipvsadm -L -n --daemon | tr '\n' ';')
  [ -z "$left" ] || fail 81 "$side leaves $left"
done
# keepalived leaves the service of story 75.
[ "$DAEMON" = keepalived ] || sides=ours leaves 81 '^$'
done_with '81 the end leaves neither services nor a synchronisation daemon'

# lvs_flush: what others have goes at the start, and a service is the file's.
flushing() {
  globals | sed 's/^  router_id/  lvs_flush\n&/'
  cat <<C
virtual_server 10.8.0.82 80 {
  lb_algo wrr
  protocol TCP
  real_server 10.9.82.1 80 {
    weight 5
  }
}
C
}
by_hand -C
by_hand -A -t 10.8.0.83:80 -s rr
by_hand -a -t 10.8.0.83:80 -r 10.9.83.1:80 -m
by_hand -A -t 10.8.0.82:80 -s lc
by_hand -a -t 10.8.0.82:80 -r 10.9.82.1:80 -g -w 9
by_hand -a -t 10.8.0.82:80 -r 10.9.82.2:80 -g
forget
flushing | configure
start
both 82 'table: -A -t 10.8.0.82:80 -s wrr' 'table: .*82.1:80 -m -w 5' '!table: .*82.2' 'log: Gained'
both 83 '!table:'
settle
done_with '82 lvs_flush: the file has the table to itself'
done_with '83 and what others had is gone'
signal TERM
ended 82

# --- Two directors of one address, keepalived and vrrpd: VRRP says whose it is, and who tells the other of connections

ip link add eth2 netns theirs-director type veth peer name eth2 netns ours-director
address=1
for side in $sides; do
  ip -n "$side-director" link set eth2 up
  ip -n "$side-director" addr add 10.5.0.$address/24 dev eth2
  ip netns exec "$side-director" sysctl -qw net.ipv4.vs.sync_threshold='1 2'
  address=$((address + 1))
done
paired() { # PRIORITY SERVER
  cat <<C
global_defs {
  router_id director
  lvs_sync_daemon eth2 V
}
vrrp_instance V {
  interface eth2
  virtual_router_id 90
  priority $1
  advert_int 1
  virtual_ipaddress {
    10.8.0.90/32 dev eth0
  }
}
virtual_server 10.8.0.90 80 {
  lb_algo rr
  protocol TCP
  real_server 10.9.90.$2 80 {
  }
}
C
}
has_role() { # SIDE ROLE: which is of the synchronisation daemon, and goes with the address
  [ "$(ip netns exec "$1-director" ipvsadm -L -n --daemon | grep -cE 'sync daemon')" = 1 ] || return 1
  ip netns exec "$1-director" ipvsadm -L -n --daemon | grep -q "^$2 sync daemon (mcast=eth2, syncid=90" || return 1
  case $2 in
    master) ip -n "$1-director" -o addr show to 10.8.0.90 | grep -q . ;;
    *) ! ip -n "$1-director" -o addr show to 10.8.0.90 | grep -q . ;;
  esac
}
roles() { # MASTER BACKUP
  local now="$1 is the master, $2 the backup"
  within has_role "$1" master || fail 90 "$now: $1 is not"
  within has_role "$2" backup || fail 90 "$now: $2 is not"
}
knows() { # SIDE SERVER: a connection to it
  ip netns exec "$1-director" ipvsadm -L -n -c | grep -q "10.8.0.90:80 *10.9.90.$2:80"
}
# What a client of SIDE has asked its director, the other one hears of.
told_of() { # SIDE OTHER SERVER
  [ "$(ask "$1" 10.8.0.90 80)" = "10.9.90.$3" ] || fail 90 "a client of $1 is not answered"
  within knows "$2" "$3" || fail 90 "$1 is the master, and $2 hears of no connection"
}

open_servers 10.9.90.{1,2}-80
by_hand -C
forget
paired 150 1 >"$work/theirs/conf"
paired 100 1 >"$work/ours/conf"
start
roles theirs ours
told_of theirs ours 1
kill -TERM "${daemons[theirs]}"
sides=theirs ended 90
within has_role ours master || fail 90 'ours does not become the master'
sides=theirs start
roles theirs ours
kill -9 "${daemons[theirs]}"
sides=theirs ended 90
within has_role ours master || fail 90 'ours does not become the master after a crash'
kill -TERM "${daemons[ours]}"
sides=ours ended 90
# Another server: what the other one knows of connections, it has not from before.
paired 50 2 >"$work/theirs/conf"
paired 100 2 >"$work/ours/conf"
start
roles ours theirs
told_of ours theirs 2
signal TERM
ended 90
for side in $sides; do
  left=$(ip netns exec "$side-director" ipvsadm -L -n --daemon | tr '\n' ';')
  [ -z "$left" ] || fail 90 "$side leaves $left"
done
done_with '90 one director is keepalived and one vrrpd: roles and connections go with the address'

close_stage
kill $responders
exit "$any_failed"
