#!/bin/bash
# Makes build/sched.bpf.o, the kernel half of the tracer.
#
#   TSBPF_BIN  another tsbpf executable to compile it with (default: this repository's)
#   BPF_CPU    instruction set, v1 to v4 (default: v3)
set -euo pipefail
case ${TSBPF_BIN:-} in */*) TSBPF_BIN=$(realpath -m "$TSBPF_BIN") ;; esac
source "$(dirname "$0")/setup.sh"

cpu=${BPF_CPU:-v3}
case $cpu in
  v1 | v2 | v3 | v4) ;;
  *) die "BPF_CPU is \"$cpu\": it must be v1, v2, v3 or v4" ;;
esac

if [ -n "${TSBPF_BIN:-}" ]; then
  command -v "$TSBPF_BIN" >/dev/null || die "TSBPF_BIN is \"$TSBPF_BIN\": no such executable"
  tsbpf=("$TSBPF_BIN")
else
  tsbpf=(node packages/tsbpf/dist/bundle/tsbpf.cjs)
fi

# Even another compiler reads the declarations of "tsbpf" from this repository.
build_sources
mkdir -p build
"${tsbpf[@]}" build packages/rawtp-sched/bpf/sched.ts -o build/sched.bpf.o --cpu "$cpu" >&2
