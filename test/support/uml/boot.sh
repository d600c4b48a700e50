#!/bin/bash
# boot.sh [-m MEMORY] [-t SECONDS] [-k "MODULE..."] -- COMMAND...
#
# Runs COMMAND as root on a kernel of its own: User Mode Linux (Debian: user-mode-linux, kmod) with this machine's
# files as they are, read-only; /run and /dev are its own, and TMPDIR lies there. What the command says comes out
# here when it has ended. Exit code: the command's; 124 when the time was over, 125 when the kernel did not boot or
# died, with its console on standard error.
set -u
memory=512M seconds=120 modules=''
while getopts m:t:k: option; do
  case $option in
    m) memory=$OPTARG ;;
    t) seconds=$OPTARG ;;
    k) modules=$OPTARG ;;
    *) exit 125 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { echo 'usage: boot.sh [-m MEMORY] [-t SECONDS] [-k "MODULE..."] -- COMMAND...' >&2; exit 125; }
here=$(cd "$(dirname "$(realpath "$0")")" && pwd)
kernel=${UML:-/usr/bin/linux.uml}

work=$(mktemp -d) || exit 125
trap 'rm -rf "$work"' EXIT
: >"$work/stdout" >"$work/stderr" >"$work/console"

# Where a register file of AMX is, this kernel dies with its first process (see the C file).
preload=()
if grep -qm1 amx_tile /proc/cpuinfo; then
  "${CC:-cc}" -O2 -shared -fPIC -o "$work/wide-registers.so" "$here/wide-registers.c" -ldl 2>>"$work/console" ||
    { echo 'boot.sh: this processor has AMX, and wide-registers.c does not compile (is a C compiler there?)' >&2; exit 125; }
  preload=(env "LD_PRELOAD=$work/wide-registers.so")
fi

{
  echo '#!/bin/bash'
  export -p
  printf 'export TMPDIR=/run/tmp\ncd %q || exit 125\nexec' "$PWD"
  printf ' %q' "$@"
  echo
} >"$work/command"

cat >"$work/init" <<INIT
#!/bin/bash
work='$work' modules='$modules'
INIT
cat >>"$work/init" <<'INIT'
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Power off, as the magic SysRq key does it.
off() { sync; echo o >/proc/sysrq-trigger; sleep 60; }
mount -n -t proc proc /proc || exit
mount -n -t sysfs sysfs /sys
mount -n -t devtmpfs devtmpfs /dev
ln -sfn /proc/self/fd /dev/fd
mount -n -t tmpfs -o mode=755 tmpfs /run || off
mkdir -p /run/netns /run/lock /run/tmp /run/out /run/uml/lib/modules
# The one place of the host that can be written.
mount -n -t hostfs -o "$work" none /run/out || off
version=$(cat /proc/sys/kernel/osrelease)
ln -s "/usr/lib/uml/modules/$version" /run/uml/lib/modules/
# For a modprobe that is not told where they are: the kernel's own, and vrrpd's.
[ -d /lib/modules ] && mount -n --bind /run/uml/lib/modules /lib/modules
echo 2 >/proc/sys/kernel/printk
for module in $modules; do modprobe -d /run/uml "$module" || echo "boot.sh: no module $module" >>/run/out/stderr; done
ip link set lo up
setsid bash /run/out/command </dev/null >>/run/out/stdout 2>>/run/out/stderr
echo $? >/run/out/code
off
INIT
chmod +x "$work/init"

# In a process namespace of its own, of which nothing is left when this script ends, however it ends.
setpriv --pdeathsig KILL timeout -k 1 "$seconds" setpriv --pdeathsig KILL \
  unshare --pid --fork --kill-child --mount-proc ${preload[@]+"${preload[@]}"} \
  "$kernel" mem="$memory" rootfstype=hostfs rootflags=/ ro init="$work/init" quiet noreboot panic=-1 \
  uml_dir="$work/" umid=guest con=null con0=null,fd:1 ssl=null </dev/null >>"$work/console" 2>&1 &
guest=$!
trap 'kill -TERM $guest; wait $guest; exit 143' TERM INT HUP
wait "$guest"
status=$?
trap - TERM INT HUP

cat "$work/stdout"
cat "$work/stderr" >&2
[ -s "$work/code" ] && exit "$(cat "$work/code")"
tail -n 30 "$work/console" >&2
case $status in
  124 | 137) echo "boot.sh: not done within $seconds s" >&2; exit 124 ;;
  *) echo "boot.sh: the guest ended with status $status" >&2; exit 125 ;;
esac
