#!/bin/bash
# Run a command as root under another Linux kernel, in a throw-away VM.
#
#   vmtest.sh KERNEL [--] COMMAND [ARG...]
#
#   KERNEL  a directory made by fetch-kernel.sh, or the vmlinuz in it
#
# The guest sees this machine's root filesystem (so node, the project, bpftool
# ... are just there) under a tmpfs overlay: what it writes is gone with it.
# COMMAND starts in the current directory, with no input, no network but lo,
# and proc, sys, tracefs, debugfs, bpffs and cgroup2 mounted. Its stdout, stderr
# and exit status become this script's.
#
# Exit status: COMMAND's; 124 when the time is up; 125 when the VM failed (the
# end of its console is then shown on stderr).
#
#   VMTEST_TIMEOUT  seconds for all of it (default 300)
#   VMTEST_MEM      guest memory in MiB (default 2048)
#   VMTEST_CPUS     guest CPUs (default: this machine's)
#   VMTEST_ENV      names of environment variables to pass on ("CI FOO"), besides
#                   PATH, HOME, LANG and TERM
#   VMTEST_ROOT     root filesystem for the guest (default /)
#   VMTEST_ARCH     guest architecture, as in uname -m (default: this machine's)
#   VMTEST_ACCEL    kvm or tcg (default: kvm where the CPU has it, else tcg)
#   VMTEST_APPEND   more kernel command line
#   VMTEST_CONSOLE  file to keep the guest's console in
#   VMTEST_VERBOSE  non-empty: show the boot on stderr
#
# Needs root and, from Debian: qemu-system-x86 (or qemu-system-arm; on Debian 13
# also virtiofsd), busybox-static, cpio.
set -euo pipefail

die() { echo "vmtest: $*" >&2; exit 125; }

[ $# -ge 2 ] || { sed -n '/^#   vmtest/p' "$0" >&2; exit 2; }
kernel=$1; shift
[ "$1" != -- ] || shift
[ $# -ge 1 ] || die "no command"
[ "$(id -u)" = 0 ] || die "must be root"
[ -d "$kernel" ] || kernel=$(dirname "$kernel")
[ -s "$kernel/vmlinuz" ] || die "no vmlinuz in $kernel"

host_arch=$(uname -m)
arch=${VMTEST_ARCH:-$host_arch}
root=${VMTEST_ROOT:-/}
timeout=${VMTEST_TIMEOUT:-300}
mem=${VMTEST_MEM:-2048}
cpus=${VMTEST_CPUS:-$(nproc)}
append=${VMTEST_APPEND:-}

case $arch in
  x86_64) qemu=(qemu-system-x86_64 -machine q35) tty=ttyS0 ;;
  aarch64) qemu=(qemu-system-aarch64 -machine virt) tty=ttyAMA0 ;;
  *) die "unknown architecture: $arch" ;;
esac
# A /dev/kvm without vmx or svm is a software hypervisor that wants kernels built
# for it; Debian's hang there.
accel=${VMTEST_ACCEL:-}
if [ -z "$accel" ]; then
  accel=tcg
  if [ "$arch" = "$host_arch" ] && [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accel=kvm; fi
fi
case $accel in
  kvm) qemu+=(-accel kvm -cpu host) ;;
  tcg) qemu+=(-accel tcg,thread=multi -cpu max) ;;
  *) die "VMTEST_ACCEL is neither kvm nor tcg: $accel" ;;
esac

find_one() { local f; for f; do if [ -x "$f" ]; then echo "$f"; return; fi; done; return 1; }
# command -v is checked here so that a missing package is named and not guessed at.
for tool in "${qemu[0]}" cpio unshare setpriv timeout; do
  command -v "$tool" >/dev/null || die "$tool is missing"
done
virtiofsd=$(find_one /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd) || die "virtiofsd is missing"
busybox=$(find_one "${root%/}"/{usr/,}bin/busybox) || die "no busybox (busybox-static) in $root"

# --- clean-up ----------------------------------------------------------------
tmp=$(mktemp -d "${TMPDIR:-/tmp}/vmtest.XXXXXX")
pids=()
cleanup() {
  trap - EXIT INT TERM HUP
  if [ ${#pids[@]} != 0 ]; then
    kill "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
  fi
  [ -z "${VMTEST_CONSOLE:-}" ] || [ ! -f "$tmp/console" ] || cp "$tmp/console" "$VMTEST_CONSOLE"
  rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# --- initramfs -----------------------------------------------------------------
quote() { local a; for a; do printf "'%s' " "${a//\'/\'\\\'\'}"; done; }

mkdir -p "$tmp"/i/{bin,dev,proc,sys,modules,lower,rw,root} "$tmp/share"
cp "$busybox" "$tmp/i/bin/busybox"
for m in "$kernel"/modules/*.ko; do [ ! -e "$m" ] || cp "$m" "$tmp/i/modules/"; done

# PID 1 until the root is there.
cat >"$tmp/i/init" <<'EOF'
#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t devtmpfs dev /dev
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
fail() { echo "vmtest: $*"; $bb poweroff -f; }
for m in /modules/*.ko; do
  [ ! -e "$m" ] || $bb insmod "$m" || fail "cannot load $m"
done
$bb mount -t virtiofs -o ro vmtest /lower || fail "cannot mount the host's root"
$bb mount -t tmpfs -o mode=755 rw /rw
$bb mkdir /rw/upper /rw/work
$bb mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /root ||
  fail "cannot mount the overlay"
for d in dev proc sys run; do [ -d /root/$d ] || $bb mkdir -p /root/$d; done
$bb mount -t tmpfs -o mode=755 run /root/run
$bb mkdir /root/run/vmtest
$bb cp /bin/busybox /stage2 /command /root/run/vmtest/
for d in dev proc sys; do $bb mount --move /$d /root/$d; done
exec $bb switch_root /root /run/vmtest/busybox sh /run/vmtest/stage2
EOF
chmod +x "$tmp/i/init"

# PID 1 from then on. The command gets pipes, not the virtio ports themselves (a
# port can be opened only once, so /dev/stderr would not work), and the root's own
# shell (busybox's would run its applets instead of the root's programs).
cat >"$tmp/i/stage2" <<'EOF'
cd /run/vmtest
bb=/run/vmtest/busybox
$bb mkdir -p /dev/pts /dev/shm
$bb mount -t devpts devpts /dev/pts
$bb mount -t tmpfs shm /dev/shm
for l in fd:/proc/self/fd stdin:/proc/self/fd/0 stdout:/proc/self/fd/1 stderr:/proc/self/fd/2; do
  [ -e /dev/${l%%:*} ] || $bb ln -s ${l#*:} /dev/${l%%:*}
done
for m in tracefs:/sys/kernel/tracing debugfs:/sys/kernel/debug bpf:/sys/fs/bpf \
  cgroup2:/sys/fs/cgroup securityfs:/sys/kernel/security; do
  $bb mount -t ${m%%:*} ${m%%:*} ${m#*:} || echo "vmtest: no ${m%%:*}"
done
$bb ip link set lo up
$bb hostname vmtest
$bb mkfifo out err
n=0
until set -- /dev/vport*p1 /dev/vport*p2 /dev/vport*p3 && [ -e $1 ] && [ -e $2 ] && [ -e $3 ]; do
  n=$((n + 1)); [ $n -lt 500 ] || { echo "vmtest: no virtio ports"; $bb poweroff -f; }
  $bb usleep 20000
done
$bb cat <out >$1 & out=$!
$bb cat <err >$2 & err=$!
$bb setsid /bin/sh ./command </dev/null >out 2>err
echo $? >$3
# Something the command left behind may hold the pipes open: don't wait forever.
n=0
while [ $n -lt 100 ] && { [ -d /proc/$out ] || [ -d /proc/$err ]; } ; do
  n=$((n + 1)); $bb usleep 20000
done
$bb poweroff -f
EOF

{
  for v in PATH HOME LANG TERM ${VMTEST_ENV:-}; do
    [ -z "${!v+x}" ] || echo "export $v=$(quote "${!v}")"
  done
  echo "cd $(quote "$PWD") || exit 125"
  echo "exec $(quote "$@")"
} >"$tmp/i/command"

(cd "$tmp/i" && find . | cpio -o -H newc -R 0:0 --quiet) >"$tmp/initramfs"

# --- the root filesystem, read-only ------------------------------------------
# Read-only on this side too, by a bind mount that only virtiofsd sees; being a
# plain bind it leaves out /proc, /sys, /dev and whatever else is mounted below,
# but for the file system of the current directory.
here=
[ "$root" != / ] || here=$(stat -c %m .)
[ "$here" != / ] || here=
rlimit=
case $virtiofsd in */qemu/*) rlimit=--rlimit-nofile=0 ;; esac
unshare --mount --propagation private sh -c '
  root=$1 share=$2 here=$3; shift 3
  mount --bind "$root" "$share" && mount -o remount,bind,ro "$share" || exit
  if [ -n "$here" ]; then
    mount --bind "$here" "$share$here" && mount -o remount,bind,ro "$share$here" || exit
  fi
  exec "$@"
' sh "$root" "$tmp/share" "$here" \
  "$virtiofsd" --socket-path="$tmp/fs.sock" -o source="$tmp/share" -o cache=always $rlimit \
  >"$tmp/virtiofsd.log" 2>&1 &
fs=$!
pids+=("$fs")
for ((n = 0; ; n++)); do
  [ ! -S "$tmp/fs.sock" ] || break
  if ! kill -0 "$fs" 2>/dev/null || [ "$n" -gt 500 ]; then
    cat "$tmp/virtiofsd.log" >&2
    die "virtiofsd did not start"
  fi
  sleep 0.02
done

# --- run -----------------------------------------------------------------------
# Through pipes of our own, as qemu would truncate a file it is told to write to.
# setpriv: should this script be killed outright, the VM goes too, and then virtiofsd.
exec {out}> >(exec cat)
out_pid=$!
exec {err}> >(exec cat >&2)
err_pid=$!

quiet=quiet
[ -z "${VMTEST_VERBOSE:-}" ] || quiet="ignore_loglevel"
rc=0
setpriv --pdeathsig TERM timeout -k 5 "$timeout" "${qemu[@]}" -smp "$cpus" -m "$mem" \
  -nodefaults -no-user-config -display none -no-reboot \
  -object memory-backend-memfd,id=mem,size="${mem}M",share=on -numa node,memdev=mem \
  -chardev socket,id=fs,path="$tmp/fs.sock" -device vhost-user-fs-pci,chardev=fs,tag=vmtest \
  -chardev file,id=out,path="/dev/fd/$out" -chardev file,id=err,path="/dev/fd/$err" \
  -chardev file,id=status,path="$tmp/status" -chardev file,id=console,path="$tmp/console" \
  -device virtio-serial-pci,max_ports=4 \
  -device virtserialport,chardev=out,nr=1 \
  -device virtserialport,chardev=err,nr=2 \
  -device virtserialport,chardev=status,nr=3 \
  -serial chardev:console \
  -kernel "$kernel/vmlinuz" -initrd "$tmp/initramfs" \
  -append "console=$tty panic=-1 random.trust_cpu=on $quiet $append" \
  </dev/null >"$tmp/qemu.log" 2>&1 &
vm=$!
pids+=("$vm")
wait "$vm" || rc=$?
exec {out}>&- {err}>&-
wait "$out_pid" "$err_pid" || true

[ -z "${VMTEST_VERBOSE:-}" ] || tr -d '\r' <"$tmp/console" >&2 || true
if [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
  echo "vmtest: time is up (${timeout}s)" >&2
  exit 124
fi
if [ ! -s "$tmp/status" ]; then
  { tail -n 20 "$tmp/qemu.log"; tail -n 40 "$tmp/console" | tr -d '\r'; } >&2 2>/dev/null || true
  die "the VM ended without a status (qemu: $rc)"
fi
exit "$(cat "$tmp/status")"
