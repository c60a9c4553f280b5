# Shared by the other scripts, which source it: the set-up of a fresh machine. What is already there is left
# alone, and nothing is printed unless something fails.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Runs a command and shows what it printed only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    die "failed: $*"
  fi
  rm -f "$log"
}

need_node() {
  if ! command -v node >/dev/null; then
    # sudo has a PATH of its own, without a Node that was installed for one user.
    if [ -n "${SUDO_USER:-}" ]; then
      die "node is not in sudo's PATH: install Node.js 20.19 or newer for all users, or use: sudo env PATH=\"\$PATH\" $0"
    fi
    die "node is not in PATH: install Node.js 20.19 or newer"
  fi
  node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);
  ' || die "Node.js $(node --version) is too old: install 20.19 or newer"
  command -v npm >/dev/null || die "npm is not in PATH: it is part of Node.js, Debian has it in the package npm"
}

# npm writes node_modules/.package-lock.json last, so a set-up that was cut off is done again. koffi comes with
# prebuilt binaries: no package needs its install script.
install_dependencies() {
  need_node
  if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    quietly npm ci --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error
    # npm keeps the date of a lock file that it finds right; ours must be the newer one.
    touch node_modules/.package-lock.json
  fi
}

build_sources() {
  install_dependencies
  quietly node node_modules/typescript/bin/tsc -b
  # Only when something changed: whoever runs the bundle meanwhile must not find it half written.
  local bundle=packages/rawtp-sched/dist/bundle/rawtp-sched.js info
  for info in packages/tsbpf/dist/.tsbuildinfo packages/rawtp-sched/dist/.tsbuildinfo scripts/bundle.mjs; do
    if [ ! "$bundle" -nt "$info" ]; then
      rm -rf packages/*/dist/bundle
      quietly node scripts/bundle.mjs
      break
    fi
  done
}
