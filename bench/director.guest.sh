#!/bin/bash
# director.guest.sh ROUNDS SERVERS...: keepalived and vrrpd in turns, as directors of so many real servers, on a kernel
# with IPVS that is booted for it: see director.sh. One line for each daemon and measurement.
set -u
export LC_ALL=C
rounds=$1
shift
work=$(mktemp -d)
pid_file=/run/keepalived_checkers.pid

ip -batch - <<B
netns add director
netns add servers
B
ip -n director -batch - <<B
link set lo up
link add eth1 type veth peer name eth0 netns servers
link set eth1 up
addr add 10.6.0.1/24 dev eth1
route add 10.9.0.0/16 via 10.6.0.2
route add local 10.8.0.0/16 dev lo
B
ip -n servers -batch - <<B
link set lo up
link set eth0 up
addr add 10.6.0.2/24 dev eth0
route add local 10.9.0.0/16 dev lo
B
cc -O2 -o "$work/servers" bench/director-servers.c || exit 1
printf '#!/bin/sh\nexit 0\n' >"$work/note"
chmod +x "$work/note"

# Ten servers behind each service, the second half of them on a port of their own, so that it can die alone.
configuration() { # SERVERS tcp|http
  cat <<C
global_defs {
  script_user root
  enable_script_security
}
vrrp_instance V {
  interface eth1
  virtual_router_id 9
  priority 200
  advert_int 1
  virtual_ipaddress {
    10.6.0.9/24
  }
}
C
  awk -v servers="$1" -v check="$2" -v note="$work/note" 'BEGIN {
    for (each = 0; each < servers; each++) {
      if (each % 10 == 0) printf "%svirtual_server 10.8.%d.%d 80 {\n delay_loop 6\n lb_algo rr\n lb_kind NAT\n protocol TCP\n", each ? "}\n" : "", each / 2560, each / 10 % 256
      printf " real_server 10.9.%d.%d %d {\n  notify_down %s\n", each / 256, each % 256, each % 2 ? 81 : 80, note
      if (check == "tcp") print "  TCP_CHECK {\n   connect_timeout 3\n   retry 0\n  }\n }"
      else print "  HTTP_GET {\n   url {\n    path /\n    status_code 200\n   }\n   connect_timeout 3\n   retry 0\n  }\n }"
    }
    print "}"
  }'
}

now() { date +%s%N; }
ms() { echo $((($2 - $1) / 1000000)); } # FROM TO
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
in_table() { ip netns exec director grep -c Masq /proc/net/ip_vs; }
memory() { awk '/^(Rss|Private_Clean|Private_Dirty):/ { sum[$1] += $2 } END { printf "resident %.0f, private %.0f MiB", sum["Rss:"] / 1024, (sum["Private_Clean:"] + sum["Private_Dirty:"]) / 1024 }' "/proc/$1/smaps_rollup"; }
say() { echo "$who $servers $kind: $*"; }

declare -A answering=()
answer_on() { # PORT
  ip netns exec servers "$work/servers" "$1" $([ "$kind" = http ] && echo http) &
  answering[$1]=$!
}

measure() {
  local began checker before after done_by
  began=$(now)
  case $who in
    keepalived) ip netns exec director keepalived -n -f "$work/conf" -c $pid_file >"$work/log" 2>&1 & ;;
    vrrpd) ip netns exec director bin/vrrpd -n -f "$work/conf" -c $pid_file --control "$work/control" >"$work/log" 2>&1 & ;;
  esac
  local daemon=$!
  for ((waited = 0; waited < 600; waited++)); do
    [ "$(in_table)" = "$servers" ] && break
    sleep 0.1
  done
  say "table complete after $(ms "$began" "$(now)") ms"
  for ((waited = 0; waited < 600; waited++)); do
    [ -s $pid_file ] && break
    sleep 0.1
  done
  checker=$(cat $pid_file)
  # The first checks come within seven seconds.
  sleep 12
  before=$(ticks "$checker")
  sleep 18
  after=$(ticks "$checker")
  say "$(awk -v ticks=$((after - before)) -v servers="$servers" 'BEGIN { printf "%.0f", ticks * 10000 / (servers * 3) }') us of processor a check, $(memory "$checker")"
  if [ "$who" = vrrpd ]; then
    began=$(now)
    bin/vrrpd status --control "$work/control" >"$work/status"
    say "status in $(ms "$began" "$(now)") ms"
    began=$(now)
    ip netns exec director bin/vrrpd ipvs -Ln >"$work/list"
    done_by=$(now)
    say "ipvs -Ln in $(ms "$began" "$done_by") ms ($(wc -l <"$work/list") lines)"
  else
    began=$(now)
    ip netns exec director ipvsadm -Ln >"$work/list"
    say "ipvsadm -Ln in $(ms "$began" "$(now)") ms ($(wc -l <"$work/list") lines)"
  fi
  ip netns exec servers perl bench/director-adverts.pl 10.6.0.2 20 >"$work/quiet"
  say "adverts late at most $(cat "$work/quiet") ms while nothing happens"
  ip netns exec servers perl bench/director-adverts.pl 10.6.0.2 20 >"$work/late" &
  local listener=$!
  sleep 3
  kill "${answering[81]}"
  wait $listener
  say "adverts late at most $(cat "$work/late") ms while half of them die; $(in_table) are left"
  began=$(now)
  kill $daemon
  wait $daemon 2>/dev/null
  say "stopped after $(ms "$began" "$(now)") ms; $(in_table) are left"
  answer_on 81
}

for servers in "$@"; do
  for kind in tcp http; do
    configuration "$servers" $kind >"$work/conf"
    answer_on 80
    answer_on 81
    for ((round = 1; round <= rounds; round++)); do
      for who in keepalived vrrpd; do measure; done
    done
    kill "${answering[@]}"
  done
done
