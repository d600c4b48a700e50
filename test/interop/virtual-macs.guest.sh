#!/bin/bash
# Runs as root on a machine with macvlan that is booted for it and thrown away: the same files
# under keepalived and under vrrpd, and what the kernel then has. Says for each case `ok NAME` or
# `FAIL NAME: what was wrong`; the test beside it reads that.
set -u
export LC_ALL=C
work=$(mktemp -d)

failures=''
fail() { failures+="${failures:+; }$*"; }
done_with() { # NAME
  if [ -z "$failures" ]; then echo "ok $1"; else
    echo "FAIL $1: $failures"
    tail -n 8 "$work"/*.log | sed 's/^/  log: /'
  fi
  failures=''
}
# within SECONDS COMMAND...: until it succeeds; three times as long where the machine is busy
within() {
  local end=$((SECONDS + 3 * $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
holds() { ip -n "$1" -4 -o addr | grep -qF " $2/"; } # HOST ADDRESS
holds_ipv6() { ip -n "$1" -6 -o addr | grep -qF " $2/"; } # HOST ADDRESS
runs() { kill -0 "$1"; }
ended() { ! runs "$1"; }

for host in keepalived vrrpd; do
  ip netns add "switch-$host"
  ip netns add "$host"
  for n in 0 1; do
    ip -n "switch-$host" link add "br$n" type bridge
    ip -n "switch-$host" link set "br$n" up
    ip -n "switch-$host" link add "port$n" type veth peer name "eth$n" netns "$host"
    ip -n "switch-$host" link set "port$n" master "br$n" up
    ip -n "$host" link set "eth$n" up
    ip -n "$host" addr add "10.$n.0.1/24" dev "eth$n"
  done
done

cat >"$work/one.conf" <<'C'
vrrp_instance V1 {
  interface eth0
  virtual_router_id 51
  priority 255
  state MASTER
  use_vmac
  virtual_ipaddress {
    10.0.0.100/24
    10.0.0.101
    10.0.0.102/24 dev eth0
    10.1.0.103/24 dev eth1
  }
}
vrrp_instance V2 {
  interface eth1
  virtual_router_id 51
  priority 255
  state MASTER
  use_vmac
  virtual_ipaddress {
    10.1.0.100/24
  }
}
vrrp_instance V3 {
  interface eth0
  virtual_router_id 53
  priority 255
  state MASTER
  use_vmac mine
  vmac_xmit_base
  use_vmac_addr
  virtual_ipaddress {
    10.0.0.110/24
    10.1.0.111/24 dev eth1
  }
}
C

start() { # HOST
  local program=keepalived
  [ "$1" = vrrpd ] && program="bin/vrrpd --control /run/vrrpd.sock"
  # shellcheck disable=SC2086 # one word per argument
  ip netns exec "$1" $program -n -l -D -P -f "$work/one.conf" -p "/run/$1.pid" -r "/run/$1-vrrp.pid" >>"$work/$1.log" 2>&1 &
}
cleanup() { ip netns exec vrrpd bin/vrrpd cleanup -p /run/vrrpd.pid -r /run/vrrpd-vrrp.pid; }

# Interfaces but for their numbers, addresses, how they answer ARP, and where the switch has seen which MAC address.
look() { # HOST
  ip -n "$1" -d link show type macvlan | grep -oE '^[0-9]+: [^:]+|link/ether [0-9a-f:]+|macvlan mode [a-z]+|<[A-Z,_]+>' | sed 's/^[0-9]*: //'
  ip -n "$1" -o addr show scope global | sed -E 's/^[0-9]+: +//; s/valid_lft.*//; s/\\//' | sort
  for link in eth0 eth1 $(ip -n "$1" -o link show type macvlan | sed -E 's/^[0-9]+: ([^@]+)@.*/\1/'); do
    for key in ipv4/conf/$link/{arp_ignore,arp_filter,rp_filter,accept_local,promote_secondaries} ipv6/conf/$link/disable_ipv6; do
      echo "$key $(ip netns exec "$1" cat "/proc/sys/net/$key")"
    done
  done
}
seen() { ip netns exec "switch-$1" bridge fdb show br br0 | grep -oE '00:00:5e:00:01:.. dev port0' | sort -u; } # HOST
alike() { diff <("$1" keepalived) <("$1" vrrpd) >"$work/diff"; } # look | seen

before=$(look vrrpd)
for host in keepalived vrrpd; do start "$host"; done
for host in keepalived vrrpd; do
  for address in 10.0.0.100 10.1.0.100 10.1.0.111; do
    within 20 holds "$host" "$address" || fail "$host does not hold $address"
  done
done
within 20 alike look || fail "not as keepalived: $(tr '\n' ';' <"$work/diff")"
within 20 alike seen || fail "the switch sees $(tr '\n' ';' <"$work/diff")"
[ "$(seen vrrpd | wc -l)" = 2 ] || fail "the switch sees $(seen vrrpd | tr '\n' ';')"
done_with 'interfaces, addresses and settings are those of keepalived'

kill -9 "$(cat /run/vrrpd.pid)"
within 5 ended "$(cat /run/vrrpd.pid)"
start vrrpd
within 20 grep -q 'Found matching interface mine' "$work/vrrpd.log" || fail 'nothing was adopted'
within 20 holds vrrpd 10.1.0.111 || fail 'no address'
within 20 alike look || fail "other interfaces than before: $(tr '\n' ';' <"$work/diff")"
done_with 'a restart after a crash takes them over'

ip -n switch-vrrpd link del port1
sleep 0.5
ip -n switch-vrrpd link add port1 type veth peer name eth1 netns vrrpd
ip -n switch-vrrpd link set port1 master br1 up
ip -n vrrpd link set eth1 up
ip -n vrrpd addr add 10.1.0.1/24 dev eth1
within 20 holds vrrpd 10.1.0.100 || fail 'not there again'
done_with 'they come back with the interface they stand on'

kill -9 "$(cat /run/vrrpd.pid)"
within 5 ended "$(cat /run/vrrpd.pid)"
cleanup || fail 'cleanup fails'
[ "$(look vrrpd)" = "$before" ] || fail "left: $(look vrrpd | tr '\n' ';')"
done_with 'cleanup leaves nothing'

start vrrpd
within 20 holds vrrpd 10.0.0.110 || fail 'no address'
pid=$(cat /run/vrrpd.pid)
kill "$pid"
within 10 ended "$pid" || fail 'it does not end'
[ "$(look vrrpd)" = "$before" ] || fail "left: $(look vrrpd | tr '\n' ';')"
done_with 'an end leaves nothing, and the settings of the interface below are what they were'

kill "$(cat /run/keepalived.pid)" 2>/dev/null
within 10 ended "$(cat /run/keepalived.pid 2>/dev/null || echo 999999)"

# A MAC address of one's own, and who is announced again and again (garp_extra_if).
cat >"$work/one.conf" <<'C'
vrrp_instance V1 {
  interface eth0
  virtual_router_id 51
  priority 255
  state MASTER
  use_vmac mine 02:AA:bb:cc:dd:e
  use_vmac_addr
  garp_extra_if 1
  garp_master_delay 0
  garp_master_repeat 1
  virtual_ipaddress {
    10.0.0.100/24
    10.1.0.103/24 dev eth1
  }
}
vrrp_instance V2 {
  interface eth1
  virtual_router_id 52
  priority 255
  state MASTER
  garp_extra_if 1
  garp_master_delay 0
  garp_master_repeat 1
  virtual_ipaddress {
    10.1.0.110/24
    10.0.0.111/24 dev eth0
  }
}
vrrp_instance V3 {
  interface eth0
  virtual_router_id 53
  priority 255
  state MASTER
  use_vmac
  use_vmac_addr
  garp_extra_if all 1
  garp_master_delay 0
  garp_master_repeat 1
  virtual_ipaddress {
    10.0.0.120/24
    10.1.0.121/24 dev eth1
  }
}
vrrp_instance V4 {
  interface eth1
  virtual_router_id 54
  priority 255
  state MASTER
  garp_extra_if all 1
  garp_master_delay 0
  garp_master_repeat 1
  virtual_ipaddress {
    10.1.0.130/24
    10.0.0.131/24 dev eth0
  }
}
C
node --import ./tools/typescript.mjs test/interop/virtual-macs.hear.ts \
  switch-keepalived:br0 switch-keepalived:br1 switch-vrrpd:br0 switch-vrrpd:br1 >"$work/heard" 2>"$work/hear.log" &
hearer=$!
within 60 grep -q listening "$work/heard" || fail 'nobody listens to ARP'
for host in keepalived vrrpd; do start "$host"; done
for host in keepalived vrrpd; do
  for address in 10.0.0.100 10.1.0.103 10.1.0.110 10.1.0.121 10.0.0.131; do
    within 20 holds "$host" "$address" || fail "$host does not hold $address"
  done
done
within 20 alike look || fail "not as keepalived: $(tr '\n' ';' <"$work/diff")"
ip -n vrrpd -d link show mine | grep -q '02:aa:bb:cc:dd:0e' || fail 'not its MAC address'
done_with 'a MAC address of one’s own is that of all interfaces of the instance'

# Addresses that have been announced more than once.
repeated() { grep "^switch-$1 " "$work/heard" | cut -d ' ' -f 2 | sort | uniq -d; } # HOST
repeats() { repeated "$1" | grep -qF "$2"; }
for host in keepalived vrrpd; do within 20 repeats "$host" 10.1.0.103; done
# So many seconds more are room for all others of one second.
sleep 5
kill "$hearer"
diff <(repeated keepalived) <(repeated vrrpd) >"$work/diff" || fail "not as keepalived: $(tr '\n' ';' <"$work/diff")"
repeated vrrpd | grep -q '10.1.0.103' || fail "announced again: $(repeated vrrpd | tr '\n' ';')"
done_with 'garp_extra_if is for virtual MAC interfaces elsewhere, with all for every other interface'

pids="$(cat /run/keepalived.pid) $(cat /run/vrrpd.pid)"
# shellcheck disable=SC2086 # one word per process
kill $pids 2>/dev/null
for pid in $pids; do within 10 ended "$pid" || fail "process $pid does not end"; done

# Both families of one VRID.
cat >"$work/one.conf" <<'C'
vrrp_instance V6 {
  interface eth0
  virtual_router_id 51
  priority 255
  state MASTER
  use_vmac
  virtual_ipaddress {
    fe80::100/64
    2001:db8::100/64
  }
}
vrrp_instance V4 {
  interface eth0
  virtual_router_id 51
  priority 255
  state MASTER
  use_vmac
  virtual_ipaddress {
    10.0.0.100/24
  }
}
C
# keepalived has left the settings of eth0 and eth1 as its other files wanted them. The kernel makes link-local addresses
# of hardware addresses, which are other ones on each host.
look_at_both() { # HOST
  look "$1" | grep -v '/conf/eth'
  ip -n "$1" -6 -o addr | sed -E 's/^[0-9]+: +//; s/\\//; s/fe80::[0-9a-f:]*ff:fe[0-9a-f:]*/OWN/; s/ tentative//' | sort
}
seen_of_both() { ip netns exec "switch-$1" bridge fdb show br br0 | grep -oE '00:00:5e:00:0[12]:33 dev port0' | sort -u; } # HOST
before=$(look_at_both vrrpd)
for host in keepalived vrrpd; do start "$host"; done
for host in keepalived vrrpd; do
  within 20 holds "$host" 10.0.0.100 || fail "$host does not hold 10.0.0.100"
  within 20 holds_ipv6 "$host" 2001:db8::100 || fail "$host does not hold 2001:db8::100"
done
within 20 alike look_at_both || fail "not as keepalived: $(tr '\n' ';' <"$work/diff")"
within 20 alike seen_of_both || fail "the switch sees $(tr '\n' ';' <"$work/diff")"
[ "$(seen_of_both vrrpd | wc -l)" = 2 ] || fail "the switch sees $(seen_of_both vrrpd | tr '\n' ';')"
pid=$(cat /run/vrrpd.pid)
kill "$pid"
within 10 ended "$pid" || fail 'it does not end'
[ "$(look_at_both vrrpd)" = "$before" ] || fail "left: $(look_at_both vrrpd | tr '\n' ';')"
done_with 'over IPv6 they have their own hardware address, and the link-local one of their base'

kill "$(cat /run/keepalived.pid)" 2>/dev/null
wait
exit 0
