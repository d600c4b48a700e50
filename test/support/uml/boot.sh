#!/bin/bash
# boot.sh [-m MEMORY] [-t SECONDS] [-k "MODULE..."] -- COMMAND...
#
# Runs COMMAND as root on a kernel of its own: User Mode Linux (Debian: user-mode-linux, kmod) with this machine's
# files as they are; what it writes to them is gone afterwards. /run is its own, and TMPDIR lies there. Exit code:
# the command's; 124 when the time was over, 125 when the kernel did not boot or died, with its console on standard error.
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

# What is written to this machine's files stays in memory.
mount -n -t proc proc /proc || exit
release=$(cat /proc/sys/kernel/osrelease)
insmod "/usr/lib/uml/modules/$release/kernel/fs/overlayfs/overlay.ko"
root=/mnt/root
mount -n -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work "$root"
mount -n -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay "$root" || off
mount -n -t proc proc "$root/proc"
mount -n -t sysfs sysfs "$root/sys"
mount -n -t devtmpfs devtmpfs "$root/dev"
ln -sfn /proc/self/fd "$root/dev/fd"
mount -n -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/netns" "$root/run/lock" "$root/run/tmp" "$root/run/out" "$root/lib/modules"
ln -s "/usr/lib/uml/modules/$release" "$root/lib/modules/"
# The one place of this machine that can be written.
mount -n -t hostfs -o "$work" none "$root/run/out" || off
# Not chroot alone: the kernel's own modprobe shall find the modules, too.
cd "$root" && pivot_root . mnt && exec chroot . /bin/bash /run/out/inside "$modules"
off
INIT
cat >"$work/inside" <<'INSIDE'
umount -n -l /mnt
echo 2 >/proc/sys/kernel/printk
for module in $1; do modprobe "$module" || echo "boot.sh: no module $module" >>/run/out/stderr; done
ip link set lo up
setsid bash /run/out/command </dev/null >>/run/out/stdout 2>>/run/out/stderr
echo $? >/run/out/code
sync
echo o >/proc/sysrq-trigger
sleep 60
INSIDE
chmod +x "$work/init"

# In a process namespace of its own, of which nothing is left when this script ends, however it ends.
setpriv --pdeathsig KILL timeout -k 1 "$seconds" setpriv --pdeathsig KILL \
  unshare --pid --fork --kill-child --mount-proc ${preload[@]+"${preload[@]}"} \
  "$kernel" mem="$memory" rootfstype=hostfs rootflags=/ ro init="$work/init" quiet noreboot panic=-1 \
  uml_dir="$work/" umid=guest con=null con0=null,fd:1 ssl=null </dev/null >>"$work/console" 2>&1 &
guest=$!
trap 'kill -TERM $guest; wait $guest; exit 143' TERM INT HUP
# They end after the guest, with all that it has written.
tail -n +1 -s 0.2 -f --pid="$guest" "$work/stdout" &
told=$!
tail -n +1 -s 0.2 -f --pid="$guest" "$work/stderr" >&2 &
complained=$!
wait "$guest"
status=$?
trap - TERM INT HUP
wait "$told" "$complained"

[ -s "$work/code" ] && exit "$(cat "$work/code")"
tail -n 30 "$work/console" >&2
case $status in
  124 | 137) echo "boot.sh: not done within $seconds s" >&2; exit 124 ;;
  *) echo "boot.sh: the guest ended with status $status" >&2; exit 125 ;;
esac
