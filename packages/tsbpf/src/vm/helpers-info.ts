// Helpers that tell about the surroundings: task, clocks, CPU, random numbers; that print; and that call functions.

import { readablePlace, writablePlaceForHelper } from "./access.js";
import { LOOP_ROUNDS_MAX } from "../bpf/loops.js";
import { decodeText, encodeText } from "../util/bytes.js";
import {
  argBig,
  argHi,
  argLo,
  argMap,
  argSize,
  giveBig,
  giveInt,
  giveUnsigned,
  type HelperTable,
  type Machine,
} from "./machine.js";
import { ErrorNumber } from "./map-entries.js";
import { helperFault } from "./core.js";
import { REGION_HI, REGION_LO, regionBytes } from "./memory.js";
import { formatText } from "./printk.js";
import { callAddress } from "./runtime.js";
import { nextRandom } from "./world.js";

const clock = (machine: Machine): number => giveBig(machine, machine.world.clockNs);
const currentTask = (machine: Machine): number => giveBig(machine, machine.world.task);

export const infoHelpers: HelperTable = {
  bpf_ktime_get_ns: clock,
  bpf_ktime_get_boot_ns: clock,
  bpf_ktime_get_coarse_ns: clock,
  bpf_ktime_get_tai_ns: clock,
  // HZ is 250 here.
  bpf_jiffies64: (machine) => giveBig(machine, machine.world.clockNs / 4_000_000n),
  bpf_get_current_task: currentTask,
  bpf_get_current_task_btf: currentTask,
  bpf_get_current_pid_tgid(machine) {
    machine.hi = machine.world.tgid | 0;
    return machine.world.pid | 0;
  },
  bpf_get_current_uid_gid(machine) {
    machine.hi = machine.world.gid | 0;
    return machine.world.uid | 0;
  },
  bpf_get_current_comm(machine) {
    const size = argSize(machine, 1);
    const at = writablePlaceForHelper(machine, "write of the name of", argLo(machine, 0), argHi(machine, 0), size);
    // A task's name has at most 15 bytes (TASK_COMM_LEN).
    const name = encodeText(machine.world.comm).subarray(0, Math.min(15, size - 1));
    machine.memory.u8.fill(0, at, at + size);
    machine.memory.u8.set(name, at);
    return giveInt(machine, 0);
  },
  bpf_get_current_cgroup_id: (machine) => giveBig(machine, machine.world.cgroupId),
  bpf_get_smp_processor_id: (machine) => giveUnsigned(machine, machine.world.cpu),
  bpf_get_numa_node_id: (machine) => giveUnsigned(machine, 0),
  bpf_get_prandom_u32: (machine) => giveUnsigned(machine, nextRandom(machine.world)),
  bpf_trace_printk(machine) {
    const values = [2, 3, 4].map((index) => argBig(machine, index));
    return print(machine, formatOf(machine, argSize(machine, 1)), values);
  },
  bpf_trace_vprintk(machine) {
    const format = formatOf(machine, argSize(machine, 1));
    return print(machine, format, dataOf(machine, 2, argSize(machine, 3)));
  },
  bpf_snprintf(machine) {
    const size = argSize(machine, 1);
    const values = dataOf(machine, 3, argSize(machine, 4));
    const format = textArgument(machine, 2);
    const text = formatText(machine, format, values);
    if (text === undefined) return giveInt(machine, ErrorNumber.EINVAL);
    const bytes = encodeText(text);
    if (size > 0) {
      const at = writablePlaceForHelper(machine, "write of the text of", argLo(machine, 0), argHi(machine, 0), size);
      machine.memory.u8.fill(0, at, at + size);
      machine.memory.u8.set(bytes.subarray(0, size - 1), at);
    }
    return giveInt(machine, bytes.length + 1);
  },
  bpf_loop: loop,
  bpf_tail_call: tailCall,
  bpf_get_func_arg: functionArgument,
  bpf_get_func_arg_cnt: (machine) => giveUnsigned(machine, (contextOf(machine).length - 8) / 8),
  bpf_get_func_ret(machine) {
    return copyContext(machine, 1, contextOf(machine).length - 8);
  },
  bpf_skb_load_bytes: (machine) => loadPacketBytes(machine),
  bpf_xdp_load_bytes: (machine) => loadPacketBytes(machine),
};

/** callback(index, ctx); it ends the loop with 1. Gives the number of rounds. */
function loop(machine: Machine): number {
  const rounds = argLo(machine, 0) >>> 0;
  const [callLo, callHi, ctxLo, ctxHi] = [argLo(machine, 1), argHi(machine, 1), argLo(machine, 2), argHi(machine, 2)];
  if (argBig(machine, 3) !== 0n) return giveInt(machine, ErrorNumber.EINVAL);
  if (rounds > LOOP_ROUNDS_MAX) return giveInt(machine, ErrorNumber.E2BIG);
  let round = 0;
  while (round < rounds) {
    const stop = callAddress(machine, callLo, callHi, [round, 0, ctxLo, ctxHi]);
    round++;
    if ((stop | machine.hi) !== 0) break;
  }
  return giveInt(machine, round);
}

function tailCall(machine: Machine): number {
  const map = argMap(machine, 1);
  if (!map.programs) return helperFault(machine, `map "${map.spec.name}" is not a program array`);
  // MAX_TAIL_CALL_CNT of include/linux/bpf.h.
  const MAX_TAIL_CALLS = 33;
  const target = map.programs.get(argLo(machine, 2) >>> 0);
  if (!target || machine.tailCalls >= MAX_TAIL_CALLS) return giveInt(machine, ErrorNumber.ENOENT);
  machine.tailCalls++;
  machine.tailTarget = target;
  return 0;
}

function print(machine: Machine, format: string, values: readonly bigint[]): number {
  const text = formatText(machine, format, values);
  if (text === undefined) return giveInt(machine, ErrorNumber.EINVAL);
  machine.world.printed.push(text);
  return giveInt(machine, encodeText(text).length);
}

function formatOf(machine: Machine, size: number): string {
  const at = readablePlace(machine, "read of the format of", argLo(machine, 0), argHi(machine, 0), size);
  const bytes = machine.memory.u8.slice(at, at + size);
  const end = bytes.indexOf(0);
  return decodeText(end < 0 ? bytes : bytes.subarray(0, end));
}

function textArgument(machine: Machine, index: number): string {
  const id = (argHi(machine, index) - REGION_HI) | 0;
  const bytes = regionBytes(machine.memory, id).subarray(argLo(machine, index) - REGION_LO);
  const end = bytes.indexOf(0);
  if (end < 0) return helperFault(machine, `argument ${index + 1} is not text with a NUL at its end`);
  return decodeText(bytes.slice(0, end));
}

function dataOf(machine: Machine, index: number, size: number): bigint[] {
  if (size === 0) return [];
  const at = readablePlace(machine, "read of the arguments of", argLo(machine, index), argHi(machine, index), size);
  return [...new BigUint64Array(machine.memory.u8.slice(at, at + size - (size % 8)).buffer)];
}

function contextOf(machine: Machine): Uint8Array<ArrayBuffer> {
  return regionBytes(machine.memory, (machine.contextHi - REGION_HI) | 0);
}

function functionArgument(machine: Machine): number {
  const index = argLo(machine, 1) >>> 0;
  if (8 * (index + 1) > contextOf(machine).length - 8) return giveInt(machine, ErrorNumber.EINVAL);
  return copyContext(machine, 2, 8 * index);
}

/** Eight bytes of the context to where an argument points. */
function copyContext(machine: Machine, index: number, from: number): number {
  const at = writablePlaceForHelper(machine, "write of the value of", argLo(machine, index), argHi(machine, index), 8);
  machine.memory.u8.set(contextOf(machine).slice(from, from + 8), at);
  return giveInt(machine, 0);
}

function loadPacketBytes(machine: Machine): number {
  const [offset, size] = [argLo(machine, 1) >>> 0, argSize(machine, 3)];
  const at = writablePlaceForHelper(machine, "write of the bytes of", argLo(machine, 2), argHi(machine, 2), size);
  const packet = machine.packetHi === 0 ? [] : regionBytes(machine.memory, (machine.packetHi - REGION_HI) | 0);
  machine.memory.u8.fill(0, at, at + size);
  if (offset + size > packet.length) return giveInt(machine, ErrorNumber.EFAULT);
  machine.memory.u8.set(packet.slice(offset, offset + size), at);
  return giveInt(machine, 0);
}
