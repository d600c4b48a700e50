#!/bin/bash
# Runs as root on a machine that is booted for it and thrown away: installs the units of the
# checkout in the working directory and puts them through what an operator does. Says for each
# case `ok NAME` or `FAIL NAME: what was wrong`; the test beside it reads that.
set -u
export LC_ALL=C SYSTEMD_PAGER='' SYSTEMD_COLORS=0
config=/etc/keepalived/keepalived.conf

failures=''
fail() { failures+="${failures:+; }$*"; }
done_with() { # NAME
  if [ -z "$failures" ]; then echo "ok $1"; else
    echo "FAIL $1: $failures"
    journalctl -u vrrpd -u 'keepalived*' -n 12 -o cat | sed 's/^/  log: /'
  fi
  failures=''
}
property() { systemctl show -P "$1" vrrpd; }
# within SECONDS COMMAND...: until it succeeds; three times as long where the machine is busy
within() {
  local end=$((SECONDS + 3 * $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}
holds() { ip -4 -o addr show dev v0 | grep -qF " $1/"; }
holds_not() { ! holds "$1"; }
has_status() { [ "$(property StatusText)" = "$1" ]; }
is_active() { [ "$(property ActiveState)" = active ]; }
ended() { case $(property ActiveState) in inactive | failed) ;; *) return 1 ;; esac }
refused() { property StatusText | grep -q '; reload refused at [0-9:]*, see the log$'; }
logged() { journalctl -u vrrpd -o cat | grep -qF "$1"; }
is_other_process() {
  case $(systemctl show -p MainPID,ActiveState vrrpd | tr '\n' ' ') in
    "MainPID=0 "* | "MainPID=$1 "*) return 1 ;;
    *"ActiveState=active ") ;;
    *) return 1 ;;
  esac
}

instance() { # NAME VRID ADDRESS
  echo "vrrp_instance $1 { interface v0
    virtual_router_id $2
    priority 255
    virtual_ipaddress { $3/24 }
    notify_master /root/probe-root
  }"
}

# As the README installs it: the checkout may lie where PrivateTmp= or ProtectHome= hide it.
mkdir -p /opt/vrrpd/native
cp -r bin dist package.json /opt/vrrpd
cp -r native/build /opt/vrrpd/native
ln -s /opt/vrrpd/bin/vrrpd /usr/bin/vrrpd
case $(readlink -f "$(command -v node)") in /usr/*) ;; *) install "$(command -v node)" /usr/local/bin/node ;; esac
install -m 644 systemd/*.service /etc/systemd/system/
mkdir -p /etc/keepalived /run/probe
chmod 777 /run/probe
ip link add v0 type veth peer name v1
ip addr add 10.9.0.1/24 dev v0
ip link set v0 up
ip link set v1 up

# Scripts: one that runs as root at each take-over, one that nobody runs as a check.
cp "$(command -v sleep)" /run/somebody
setpriv --reuid bin --regid bin --clear-groups /run/somebody 1000 &
echo 'nobody ALL=(root) NOPASSWD: /usr/bin/id' >/etc/sudoers.d/probe
cat >/etc/systemd/system/served.service <<'X'
[Service]
ExecStart=/bin/sleep 1000
X
cat >/root/probe-root <<'X'
#!/bin/bash
exec >/run/probe/root 2>&1
echo "user $(id -un)"
killall -0 somebody && echo "killall of another user's"
echo line >>/var/log/vrrpd-probe && echo "writes /var/log"
systemctl restart served.service && echo "systemctl restart"
echo "descriptors $(ulimit -Sn)"
echo "oom $(cat /proc/self/oom_score_adj)"
echo end
X
cat >/usr/local/bin/probe-nobody <<'X'
#!/bin/bash
exec >/run/probe/nobody 2>&1
echo "user $(id -un)"
echo "sudo $(sudo -n /usr/bin/id -u 2>/dev/null)"
echo end
X
chmod 755 /root/probe-root /usr/local/bin/probe-nobody
cat >$config <<X
global_defs { script_user root }
vrrp_script probe { script /usr/local/bin/probe-nobody
  interval 1000
  user nobody
}
$(instance VI_1 51 10.9.0.100 | sed '$d')
  track_script { probe }
}
X

# Faster than the real one, to be over soon.
mkdir -p /run/systemd/system/vrrpd.service.d
printf '[Service]\nWatchdogSec=6\n' >/run/systemd/system/vrrpd.service.d/test.conf
systemctl daemon-reload

systemctl start vrrpd || fail "systemctl start failed"
is_active || fail "it is $(property ActiveState)"
within 20 has_status '1 MASTER' || fail "STATUS is '$(property StatusText)'"
holds 10.9.0.100 || fail "the address is missing"
done_with 'starts and tells its state'

expected="user root
killall of another user's
writes /var/log
systemctl restart
descriptors 1024
oom 0
end"
within 20 grep -q end /run/probe/root
[ "$(cat /run/probe/root)" = "$expected" ] || fail "as root: $(tr '\n' ',' </run/probe/root)"
within 20 grep -q end /run/probe/nobody
[ "$(cat /run/probe/nobody)" = "user nobody
sudo 0
end" ] || fail "as nobody: $(tr '\n' ',' </run/probe/nobody)"
done_with 'scripts have the rights that they have under keepalived'

pid=$(property MainPID)
cp $config /root/first.conf
instance VI_2 52 10.9.0.102 >>$config
systemctl reload vrrpd || fail "systemctl reload failed"
within 20 has_status '2 MASTER' || fail "STATUS is '$(property StatusText)'"
holds 10.9.0.102 || fail "the new address is missing"
echo 'vrrp_instance {' >$config
systemctl reload vrrpd || fail "systemctl reload of a bad file failed"
within 20 refused || fail "after a bad file STATUS is '$(property StatusText)'"
holds 10.9.0.102 || fail "a bad file cost an address"
cp /root/first.conf $config
systemctl reload vrrpd
within 20 has_status '1 MASTER' || fail "after a good file STATUS is '$(property StatusText)'"
holds_not 10.9.0.102 || fail "the address of an instance that is gone is still there"
[ "$(property MainPID)" = "$pid" ] || fail "it is another process"
done_with 'reloads, and refuses a bad file'

pid=$(property MainPID)
kill -KILL "$pid"
within 30 is_other_process "$pid" || fail "it is $(property ActiveState)"
within 20 has_status '1 MASTER' || fail "STATUS is '$(property StatusText)'"
holds 10.9.0.100 || fail "the address is missing"
done_with 'is started again after kill -9'

pid=$(property MainPID)
kill -STOP "$pid"
within 40 is_other_process "$pid" || fail "it is $(property ActiveState)"
[ -e "/proc/$pid" ] && fail "the one that hung is still there"
journalctl -o cat | grep -q 'vrrpd.service: Watchdog timeout' || fail "the watchdog did not bite"
done_with 'is started again when its event loop hangs'

within 20 has_status '1 MASTER'
systemctl stop vrrpd || fail "systemctl stop failed"
ended || fail "it is $(property ActiveState)"
[ "$(property Result)" = success ] || fail "its result is $(property Result)"
holds_not 10.9.0.100 || fail "its address is still there"
left=$(ls /run/vrrpd.sock /run/keepalived* 2>/dev/null)
[ -z "$left" ] || fail "left: $left"
[ ! -d /sys/fs/cgroup/system.slice/vrrpd.service ] || fail "processes are left"
done_with 'leaves nothing behind when it is stopped'

ends_for_good() { # REASON CODE
  systemctl start vrrpd 2>/dev/null && fail "$1: systemctl start succeeded"
  ended || fail "$1: it is $(property ActiveState)"
  [ "$(property ExecMainStatus)" = "$2" ] || fail "$1: exit code $(property ExecMainStatus)"
  systemctl reset-failed vrrpd 2>/dev/null
}
echo 'DAEMON_ARGS="-f /none.conf"' >/etc/default/keepalived
ends_for_good 'no such file' 2
rm /etc/default/keepalived
(flock 9 && exec sleep 100) 9>/run/keepalived.pid &
ends_for_good 'another daemon runs' 0
kill $! && wait $!
rm -f /run/keepalived.pid
done_with 'is not started again where that cannot help'

cat >$config <<X
global_defs { script_user root }
vrrp_script true { script /bin/true
  interval 5
}
$(instance VI_1 51 10.9.0.100 | sed '/notify_master/d; $d')
  track_script { true }
}
virtual_server 10.9.0.100 80 {
  lvs_sched rr
  real_server 10.9.0.7 80 { }
}
X
install -D -m 644 systemd/vrrpd-hardened.conf /run/systemd/system/vrrpd.service.d/hardened.conf
systemctl daemon-reload
served() { grep -q '0A090064:0050' /proc/net/ip_vs; }
systemctl start keepalived || fail "keepalived does not start"
echo 'DAEMON_ARGS="-lDG --log-format=json"' >/etc/default/keepalived
systemctl start keepalived-ipvs || fail "keepalived-ipvs does not start"
systemctl start vrrpd || fail "vrrpd does not start"
[ "$(systemctl is-active keepalived)" = inactive ] || fail "keepalived is still $(systemctl is-active keepalived)"
within 20 served || fail "the virtual server is missing"
within 20 has_status '1 MASTER; virtual servers left to keepalived' || fail "STATUS is '$(property StatusText)'"
is_active || fail "vrrpd is $(property ActiveState)"
done_with 'takes the place of keepalived, which goes on with IPVS beside it'

grep -q '^CapBnd:.*0000000000003000$' "/proc/$(property MainPID)/status" || fail "it has other capabilities"
holds 10.9.0.100 || fail "the address is missing"
within 20 logged '"msg":"VRRP_Script(true) succeeded"' || fail 'its script does not run'
systemctl reload vrrpd
within 20 logged '"msg":"Reload complete"' || fail 'no reload'
warnings=$(journalctl -u vrrpd -p warning -o cat | grep '^{')
grep -q '"level":"warn"' <<<"$warnings" || fail 'the journal knows of no warning'
grep -q '"level":"info"' <<<"$warnings" && fail 'the journal takes for a warning what is none'
logged 'cannot be run' && fail 'its script may not run'
systemctl stop vrrpd
[ "$(property Result)" = success ] || fail "its result is $(property Result)"
holds_not 10.9.0.100 || fail "its address is still there"
done_with 'runs hardened'

rm /etc/default/keepalived
systemctl start keepalived || fail "keepalived does not start"
[ "$(systemctl is-active keepalived-ipvs)" = inactive ] || fail "keepalived-ipvs is still running"
done_with 'gives its place back to keepalived'
