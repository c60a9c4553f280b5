#!/bin/bash
# Sets up whatever the tests need and runs every check and test. With CI=true a test that cannot run here fails;
# without it, it is skipped and says why.
set -euo pipefail
source "$(dirname "$0")/setup.sh"

# What the tests and the comparisons in bench/ use from Debian. setpriv is in util-linux, which is always there.
packages=(
  clang-19 llvm-19 bpftool bpftrace libbpf-dev libbpf-tools libcap2-bin
  qemu-system-x86 busybox-static cpio gcc libc6-dev git
)

install_packages() {
  local missing=() package try
  command -v dpkg-query >/dev/null || {
    echo "test.sh: this is not Debian: tests may lack ${packages[*]}" >&2
    return
  }
  for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} != 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "test.sh: missing packages (run it with sudo, or install them): ${missing[*]}" >&2
    return
  fi
  export DEBIAN_FRONTEND=noninteractive
  for try in 1 2 3; do
    echo "test.sh: installing ${missing[*]} (attempt $try)" >&2
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; then return; fi
    sleep $((try * 5))
  done >&2 </dev/null
  die "cannot install ${missing[*]}"
}

# bpftool's pins and bpftrace's list of tracepoints live there. The product needs neither.
mount_filesystems() {
  [ "$(id -u)" = 0 ] || return 0
  mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || true
  mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing || true
}

# Prints the compiled file of every test source that exists. Untracked ones count too while one works on them.
test_files() {
  local list source compiled
  local git=(git -c safe.directory="$PWD") untracked=(--others --exclude-standard)
  [ -z "${CI:-}" ] || untracked=()
  if "${git[@]}" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    list=$("${git[@]}" ls-files --cached "${untracked[@]}" -- '*.test.ts') || return
  else
    list=$(find packages test -name '*.test.ts' -not -path '*/node_modules/*' -not -path '*/dist/*')
  fi
  for source in $list; do
    [ -f "$source" ] || continue
    case $source in
      packages/tsbpf/src/*) compiled=packages/tsbpf/dist/${source#packages/tsbpf/src/} ;;
      packages/rawtp-sched/*) compiled=packages/rawtp-sched/dist/${source#packages/rawtp-sched/} ;;
      test/*) compiled=test/dist/${source#test/} ;;
      *) die "$source: tests live in packages/*/src and in test" ;;
    esac
    compiled=${compiled%.ts}.js
    [ -f "$compiled" ] || die "$source: tsc made no $compiled"
    echo "$compiled"
  done
}

failed=()
check() {
  local name=$1
  shift
  echo "== $name" >&2
  "$@" || failed+=("$name")
}

install_packages
mount_filesystems
install_dependencies
bin=node_modules/.bin
echo "== types" >&2
"$bin/tsc" -b
check lint "$bin/oxlint" --deny-warnings
check format "$bin/oxfmt" --check
check "dead code" "$bin/knip" --no-progress
check object ./scripts/build.sh

files=$(test_files)
[ -n "$files" ] || die "there are no tests"
echo "== tests" >&2
node --test --test-reporter=spec --test-concurrency=2 $files || failed+=(tests)

if [ ${#failed[@]} != 0 ]; then
  die "failed: ${failed[*]}"
fi
