// The programs that are compiled both ways, and what each twin is given to do: see runner.c for the commands.
//
//   steps   commands before the maps are compared; every `run` is compared as well
//   time    the run that is timed, after the same steps; absent where a test run cannot reach the program
//   differ  what may differ because it holds a time or a random number, by map: "sum" (only the sum of all 32-bit
//           words counts), "keys" (only the keys), or [offset, length] of each part that does not count
//   refused this kind of program cannot be loaded on every kernel; where C's twin is refused, so must ours be

import { compute } from "./compute.mjs";
import { network } from "./network.mjs";
import { tracing } from "./tracing.mjs";

export const cases = [...tracing, ...compute, ...network];
