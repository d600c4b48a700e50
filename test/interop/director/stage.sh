# shellcheck shell=bash
# The stage of director.guest.sh: two directors, each with its real servers and a client, told the same at the same
# time. `theirs` is keepalived; `ours` is what $DAEMON says: vrrpd, or keepalived to see that stories do not waver.
#
# Whatever belongs to story N has N in its name: the virtual server 10.8.0.N (or 10.8.N.x, [fd00:8::N], firewall mark N,
# group GN), its real servers 10.9.N.x and [fd00:9::N:x], and 10.10.N.x where nobody answers. So table, scripts, FIFO
# and log can be read story by story.

export LC_ALL=C
here=test/interop/director
work=$(mktemp -d)
patience=${PATIENCE:-60}
sides='theirs ours'
declare -A failures=()

# --- The networks

# Every address of 10.9.0.0/16 is a real server's, every one of 10.8.0.0/16 the director's own.
build() { # SIDE
  ip -batch - <<B
netns add $1-director
netns add $1-servers
netns add $1-client
B
  ip -n "$1-director" -batch - <<B
link set lo up
link add eth0 type veth peer name eth0 netns $1-client
link add eth1 type veth peer name eth0 netns $1-servers
link set eth0 up
link set eth1 up
addr add 10.7.0.1/24 dev eth0
addr add 10.6.0.1/24 dev eth1
addr add fd00:1::1/64 dev eth1 nodad
route add local 10.8.0.0/16 dev lo
route add 10.9.0.0/16 via 10.6.0.2
route add 10.10.0.0/16 via 10.6.0.2
B
  ip -n "$1-servers" -batch - <<B
link set lo up
link set eth0 up
addr add 10.6.0.2/24 dev eth0
addr add fd00:1::2/64 dev eth0 nodad
route add local 10.9.0.0/16 dev lo
route add default via 10.6.0.1
route add local fd00:9::/32 dev lo
B
  ip -n "$1-director" route add fd00:9::/32 via fd00:1::2
  ip -n "$1-client" -batch - <<B
link set eth0 up
addr add 10.7.0.2/24 dev eth0
route add default via 10.7.0.1
B
  ip netns exec "$1-director" sysctl -qw net.ipv4.ip_forward=1
  mkdir -p "$work/$1/servers" /run/director
  mkfifo "$work/$1/fifo"
  : >"$work/$1/calls" >"$work/$1/lines" >"$work/$1/log" >"$work/$1/requests"
  # Open for both, so that it does not end when the daemon closes it.
  cat <>"$work/$1/fifo" >>"$work/$1/lines" &
  programs "$1"
}

# What the files run. `note WORDS...` only says how it was called.
programs() { # SIDE
  cat >"$work/$1/note" <<'N'
#!/bin/sh
line=$1
shift
for word; do line="$line [$word]"; done
echo "$line" >>/run/director/calls
N
  cat >"$work/$1/judge" <<'N'
#!/bin/sh
read code </run/director/verdict-$1 && exit $code
N
  chmod +x "$work/$1/note" "$work/$1/judge"
}

open_stage() {
  cc -O1 -o "$work/servers" "$here/servers.c" || exit 1
  for side in $sides; do build "$side"; done
}

# Real servers, of either side, by addresses and port: they answer with 200 and their address.
open_servers() { # ADDRESS-PORT...
  local side name
  for side in $sides; do
    for name in "$@"; do echo "200 ${name%-*}" >"$work/$side/servers/$name"; done
  done
  tell_servers
}
answer_with() { # ADDRESS-PORT STATUS BODY
  local side
  for side in $sides; do echo "${*:2}" >"$work/$side/servers/$1"; done
  tell_servers
}
close_servers() { # ADDRESS-PORT...
  local side
  for side in $sides; do (cd "$work/$side/servers" && rm "$@"); done
  tell_servers
}
declare -A servers=()
tell_servers() {
  local side
  for side in $sides; do
    if [ -n "${servers[$side]:-}" ]; then kill -HUP "${servers[$side]}"; else
      ip netns exec "$side-servers" "$work/servers" "$work/$side/servers" &
      servers[$side]=$!
      within test -e "$work/$side/listens"
    fi
  done
}

# The exit code of story N's judge from now on.
judge_with() { # N CODE
  local side
  for side in $sides; do
    echo "$2" >"$work/$side/verdict.new"
    mv "$work/$side/verdict.new" "$work/$side/verdict-$1"
  done
}

# The body of what a client of SIDE is answered.
ask() { # SIDE ADDRESS PORT
  ip netns exec "$1-client" timeout 5 bash -c \
    'exec 3<>"/dev/tcp/$0/$1" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3' "$2" "$3" 2>/dev/null | tail -n 1
}

by_hand() { # IPVSADM'S ARGUMENTS...
  local side
  for side in $sides; do ip netns exec "$side-director" ipvsadm "$@"; done
}

# --- What files are made of

# Texts and no functions where there are many: a process costs 20 ms there.
tcp='TCP_CHECK {
      connect_timeout 3
      retry 0
    }'
every_second='delay_loop 1
  warmup 0'
global() {
  cat <<C
global_defs {
  router_id director
  script_user root
  enable_script_security
  lvs_notify_fifo /run/director/fifo
}
C
}

# Two real servers of a story, each with a check and its scripts.
declare -A pairs=()
make_pair() { # N [WEIGHTS]
  local weights=(${2:-1 1}) index
  pairs[$1]=''
  for index in 1 2; do
    pairs[$1]+="real_server 10.9.$1.$index 80 {
    weight ${weights[index - 1]}
    notify_up \"/run/director/note $1 up 10.9.$1.$index\"
    notify_down \"/run/director/note $1 down 10.9.$1.$index\"
    $tcp
  }
  "
  done
}

# Of lines that begin with a dash what the first file has, of those with a plus what the second one has.
file() { # 1|2
  local first='-' second='+'
  [ "$1" = 2 ] && first='+' second='-'
  sed -E "/^\\$second/d; s/^\\$first/ /"
}

# --- The daemons

declare -A daemons=()
options_of() { # SIDE
  local daemon=keepalived
  [ "$1" = ours ] && daemon=$DAEMON
  if [ "$daemon" = vrrpd ]; then echo "${VRRPD:-bin/vrrpd} --control /run/director/control"; else echo keepalived; fi
}

# Both see their own directory as /run/director, so that file and options are the same.
start() { # OPTIONS...
  local side
  for side in $sides; do
    # shellcheck disable=SC2046 # words
    ip netns exec "$side-director" bash -c 'mount --bind "$0" /run/director && exec "$@"' "$work/$side" \
      $(options_of "$side") -n -l -D -f /run/director/conf -p /run/director/pid -r /run/director/vrrp.pid \
      -c /run/director/checkers.pid "$@" >>"$work/$side/log" 2>&1 &
    daemons[$side]=$!
  done
}

# The same file for both.
configure() { # stdin
  tee "$work/theirs/conf" >"$work/ours/conf"
}

signal() { # SIGNAL
  local side
  for side in $sides; do kill "-$1" "${daemons[$side]}"; done
}
# Without a last word: the process that checks, which the daemon starts again, or both.
kill_checkers() { # N
  local side before
  for side in $sides; do
    before=$(cat "$work/$side/checkers.pid")
    kill -9 "$before"
    within another_than "$before" "$work/$side/checkers.pid" || fail "$1" "$side starts no other process"
  done
}
another_than() { # PID FILE
  local pid
  pid=$(cat "$2" 2>/dev/null) && [ -n "$pid" ] && [ "$pid" != "$1" ] && runs "$pid"
}
kill_all() {
  local side
  for side in $sides; do kill -9 "${daemons[$side]}" "$(cat "$work/$side/checkers.pid")"; done
}
within() { # COMMAND...
  local end=$((SECONDS + patience))
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}
runs() { kill -0 "$1" 2>/dev/null; }
ends() { ! runs "$1"; }
ended() { # N
  local side
  for side in $sides; do
    within ends "${daemons[$side]}" || { fail "$1" "$side does not end"; kill -9 "${daemons[$side]}"; }
    wait "${daemons[$side]}" 2>/dev/null
  done
}

# --- What is seen

fail() { failures[$1]="${failures[$1]:-}${failures[$1]:+; }${*:2}"; } # N WHY

seen() { perl "$here/seen.pl" "$work" "$@"; }

expectations=''
expect() { # SIDES N CONDITION...
  local IFS=$'\t'
  expectations+="$*"$'\n'
}
# Both sides: they fulfil the conditions, and all that is seen of the story is the same.
both() { expect theirs,ours "$@"; } # N CONDITION...

# Where vrrpd is meant to do something else; with keepalived on both sides it is the same twice.
differ() { # N CONDITION OF THEIRS... -- CONDITION OF OURS...
  local story=$1 theirs=()
  shift
  while [ "$1" != -- ]; do theirs+=("$1"); shift; done
  shift
  expect theirs "$story" "${theirs[@]}"
  if [ "$DAEMON" = keepalived ]; then expect ours "$story" "${theirs[@]}"; else expect ours "$story" "$@"; fi
}

# Waits for all that is expected; what does not come is the failure of its story.
settle() {
  local story missing
  while IFS=$'\t' read -r story missing; do fail "$story" "$missing"; done < <(printf '%s' "$expectations" | seen "$patience")
  expectations=''
}

# For vrrpd's own words, where it is meant to do nothing that could be seen otherwise. Keepalived in its place has none.
says() { # N PATTERN
  [ "$DAEMON" = keepalived ] || within said_now "$2" || fail "$1" "ours does not say: $2"
}
said_now() { # PATTERN
  tail -c "+$(($(cat "$work/ours/skip.log") + 1))" "$work/ours/log" | grep -q -- "$1"
}

# Of both sides the whole table.
leaves() { # N PATTERN: nothing but lines with it
  local side left
  for side in $sides; do
    left=$(ip netns exec "$side-director" ipvsadm -S -n | grep -vE -- "$2" | tr '\n' ';')
    [ -z "$left" ] || fail "$1" "$side leaves $left"
  done
}

# What was said until now counts no more.
forget() {
  local side what
  for side in $sides; do
    for what in calls lines log; do stat -c %s "$work/$side/$what" >"$work/$side/skip.$what"; done
  done
}

# What failed in stories that had already been told, for the last of them all.
late() { # N
  local story
  for story in "${!failures[@]}"; do [ "$story" = "$1" ] || fail "$1" "story $story: ${failures[$story]}"; done
}

any_failed=0
# The name begins with the number of the story.
done_with() { # NAME
  local story=${1%% *} side
  if [ -z "${failures[$story]:-}" ]; then echo "ok $1"; else
    any_failed=1
    echo "FAIL $1: ${failures[$story]}"
    for side in $sides; do
      seen show "$side" "$story" | grep -E '^(log|call|fifo)' | tail -n 8 | sed "s/^/  $side: /"
      tail -n 4 "$work/$side/log" | sed "s/^/  last of $side: /"
    done
  fi
  unset "failures[$story]"
}

close_stage() {
  local side
  for side in $sides; do
    runs "${daemons[$side]}" && kill -9 "${daemons[$side]}"
    kill "${servers[$side]}"
  done
}
