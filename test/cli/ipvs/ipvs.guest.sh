#!/bin/bash
# Runs as root on a kernel with IPVS that is booted for it: the same command lines to ipvsadm in one network namespace
# and to `vrrpd ipvs` in another, and what either prints and what is in the kernel then. Says for each case `ok NAME` or
# `FAIL NAME: what was wrong`; the test beside it reads that.
#
# Node takes seconds to begin on such a kernel: the lines of a case are done in one process (many-lines.mjs), and only
# what a process of its own is needed for has one (ours).
set -u
export LC_ALL=C
work=$(mktemp -d)

failures=''
fail() { failures+="${failures:+; }$*"; }
done_with() { # NAME
  compare
  if [ -z "$failures" ]; then echo "ok $1"; else echo "FAIL $1: $failures"; fi
  failures=''
}

for host in theirs ours; do
  ip netns add $host
  ip -n $host link set lo up
  ip -n $host link add eth0 type dummy
  ip -n $host link set eth0 up
  ip -n $host addr add 10.9.0.1/24 dev eth0
done
theirs() { ip netns exec theirs ipvsadm "$@"; }
ours() { ip netns exec ours bin/vrrpd ipvs "$@"; }

# both ARGUMENTS...: a line for either program, whenever they are compared
lines=()
both() {
  printf '%s\0' $(($# + 1)) ipvs "$@" >>"$work/lines"
  lines+=("$*")
}

# In the other namespace: as many-lines.mjs does it for vrrpd.
ipvsadm_lines() {
  local number=0 count word words
  while IFS= read -r -d '' count; do
    words=()
    while [ ${#words[@]} -lt "$count" ] && IFS= read -r -d '' word; do words+=("$word"); done
    ipvsadm "${words[@]:1}" >"$work/theirs/$number" 2>"$work/theirs/$number.err" </dev/null
    echo "exit $?" >>"$work/theirs/$number"
    number=$((number + 1))
  done <"$work/lines"
}
export -f ipvsadm_lines
export work

# What either does of all lines since the last time: standard output, standard error, exit code.
compare() {
  [ ${#lines[@]} -gt 0 ] || return 0
  mkdir "$work/theirs" "$work/ours"
  ip netns exec theirs bash -c ipvsadm_lines
  ip netns exec ours node test/cli/ipvs/many-lines.mjs "$work/lines" "$work/ours" >"$work/out" 2>&1 </dev/null &&
    [ ! -s "$work/out" ] || fail "many-lines.mjs: $(tr '\n' '|' <"$work/out")"
  if ! diff -rN "$work/theirs" "$work/ours" >/dev/null; then
    for number in "${!lines[@]}"; do
      for file in "$number" "$number.err"; do
        difference=$(diff -N "$work/theirs/$file" "$work/ours/$file") ||
          fail "${lines[number]}: ${difference//$'\n'/|}"
      done
    done
  fi
  rm -r "$work/theirs" "$work/ours" "$work/lines"
  lines=()
}

# The kernel's tables, as ipvsadm sees them.
alike() {
  local theirs ours
  compare
  theirs=$(theirs -S -n; theirs -Ln --thresholds)
  ours=$(ip netns exec ours ipvsadm -S -n; ip netns exec ours ipvsadm -Ln --thresholds)
  [ "$theirs" = "$ours" ] || fail "tables: $(diff <(echo "$theirs") <(echo "$ours") | tr '\n' '|')"
}

both
both -Ln
both -A -t 10.8.0.100:80 -s wrr -p 50 -M 255.255.255.0
both -At 10.8.0.101:80 -s rr
both -A -u 10.8.0.100:53 -o -s rr
both -A --sctp-service 10.8.0.100:3868 -s sed
both -A -t '[fd00::100]:443' -s sh -p 120 -M 64 -b sh-fallback,sh-port
both -A -f 7 -s mh -b mh-port
both -A -f 8 -6 -s lblc -p
both -A -t 10.8.0.102:0 -p 300
both -a -t 10.8.0.100:80 -r 10.9.0.21:8080 -m -w 3
both -at 10.8.0.100:80 -r 10.9.0.22 -m
both -a -t 10.8.0.101:80 -r 10.9.0.21:99 -g -w 0
both -a -u 10.8.0.100:53 -r 10.9.0.21:53 -i --tun-type gre --tun-csum
both -a -u 10.8.0.100:53 -r 10.9.0.22:53 -i --tun-type gue --tun-port 6080 --tun-nocsum
both -a -t '[fd00::100]:443' -r '[fd00::21]:443' -i -w 65535
both -a -f 7 -r 10.9.0.23:99 -g -x 20 -y 10
alike
done_with 'services and servers are added alike'

for option in '' --stats --rate --exact --thresholds --persistent-conn --timeout --daemon --sort '--stats --exact' '--rate --exact'; do
  # shellcheck disable=SC2086 # words
  both -Ln $option
  # shellcheck disable=SC2086
  both -L $option
done
both -ln -t 10.8.0.100:80
both -Ln --stats -t 10.8.0.100:80
both -Ln -f 7
both -S
both -S -n
both -Lnc
done_with 'lists are the same bytes'

both -E -t 10.8.0.100:80 -s lc
both -E -t 10.8.0.101:80 -s wrr -p 5
both -e -t 10.8.0.100:80 -r 10.9.0.21:8080 -m -w 7 -x 5 -y 2
both -e -t 10.8.0.101:80 -r 10.9.0.21:80 -i -w 2
both -d -t 10.8.0.100:80 -r 10.9.0.22:80
both -D -u 10.8.0.100:53
both --set 30 5 60
both -Ln --timeout
both --set 0 0 300
both -L --timeout
both -Z
both -Z -t 10.8.0.100:80
alike
done_with 'and edited and deleted'

both -A -t 10.8.0.100:80 -s rr
both -A -t 10.8.0.109:80 -s nosuch
both -D -t 10.8.0.109:80
both -E -t 10.8.0.109:80
both -Z -t 10.8.0.109:80
both -L -t 10.8.0.109:80
both -a -t 10.8.0.109:80 -r 10.9.0.21
both -a -t 10.8.0.100:80 -r 10.9.0.21:8080 -m
both -d -t 10.8.0.100:80 -r 10.9.0.99:80
both -e -t 10.8.0.100:80 -r 10.9.0.99:80
both -a -t 10.8.0.100:80 -r 10.9.0.24 -m -x 1 -y 5
both -a -t 10.8.0.100:80 -r 224.0.0.1 -m
both -a -t 10.8.0.100:80 -r '[fd00::5]:80' -m
both --stop-daemon master
both --start-daemon master --mcast-interface nosuch0
alike
done_with 'what the kernel refuses is told in the same words'

both --start-daemon master --mcast-interface eth0 --syncid 7
both --start-daemon master --mcast-interface eth0 --syncid 7
both --start-daemon backup --mcast-interface eth0
both -L --daemon
both --stop-daemon master
both -L --daemon
both --stop-daemon backup
done_with 'synchronisation daemons are started, listed and stopped alike'

theirs -S -n >"$work/saved"
both -C
both -Ln
compare
ours -R <"$work/saved" || fail 'vrrpd ipvs -R refuses what ipvsadm saved'
ours -S -n >"$work/ours-saved"
cmp -s "$work/ours-saved" "$work/saved" || fail "not what was saved: $(diff "$work/ours-saved" "$work/saved" | tr '\n' '|')"
theirs -R <"$work/ours-saved" || fail 'ipvsadm -R refuses what vrrpd ipvs saved'
alike
done_with 'what either saves the other restores'

# As root a missing module is loaded: the kernel has it not, once it is taken out.
ip netns exec ours ipvsadm -C && theirs -C
for module in $(lsmod | awk '/^ip_vs_/ { print $1 }') ip_vs; do modprobe -r "$module" 2>/dev/null; done
if grep -q '^ip_vs ' /proc/modules; then fail 'ip_vs cannot be taken out'; fi
ours -Ln | grep -q '^IP Virtual Server' || fail 'no list where the module has to be loaded'
done_with 'a missing module is loaded'

awk 'BEGIN { for (i = 0; i < 1000; i++) {
  v = "10." int(i / 250) ".1." i % 250 + 1 ":80"
  print "-A -t " v " -s rr"
  for (j = 1; j <= 10; j++) print "-a -t " v " -r 10.200.0." j ":80 -m -w 1"
} }' >"$work/many"
ours -R <"$work/many" || fail 'a thousand services are not restored'
ours -Ln >"$work/list" || fail 'a list is a failure'
[ "$(wc -l <"$work/list")" = 11003 ] || fail "$(wc -l <"$work/list") lines"
ip netns exec ours ipvsadm -Ln | cmp -s - "$work/list" || fail 'not as ipvsadm lists it'
ours -Ln | head -n 1 >/dev/null || fail 'a closed pipe is a failure'
done_with 'a thousand services with ten servers'
