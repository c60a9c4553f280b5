#!/bin/bash
# Sets up, builds and runs the exec tracer; arguments go to it: ./scripts/run.sh --format json
set -euo pipefail
source "$(dirname "$0")/setup.sh"

quietly ./scripts/build.sh
# exec: a signal for this script is one for the tracer.
exec node packages/rawtp-sched/dist/bundle/rawtp-sched.js "$@"
