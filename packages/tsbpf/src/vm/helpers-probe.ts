// Helpers that read memory which may not be there: kernel memory, user memory, text. What cannot be read gives zeros
// and -EFAULT.

import { writablePlaceForHelper, readablePlace } from "./access.js";
import { argHi, argLo, argSize, giveInt, type HelperTable, isNull, type Machine } from "./machine.js";
import { ErrorNumber } from "./map-entries.js";
import { joinAddress, locate, REGION_HI, REGION_LO } from "./memory.js";
import { userBytes, userBytesFrom } from "./world.js";

export const probeHelpers: HelperTable = {
  bpf_probe_read_kernel: (machine) => probeRead(machine, kernelRange),
  bpf_probe_read_user: (machine) => probeRead(machine, userRange),
  // The old names read whatever there is.
  bpf_probe_read: (machine) => probeRead(machine, anyRange),
  bpf_probe_read_kernel_str: (machine) => probeReadText(machine, kernelRest),
  bpf_probe_read_user_str: (machine) => probeReadText(machine, userRest),
  bpf_probe_read_str: (machine) => probeReadText(machine, anyRest),
  bpf_copy_from_user: (machine) => probeRead(machine, userRange),
  // Every task of the machine has the same memory.
  bpf_copy_from_user_task: (machine) => probeRead(machine, userRange),
  bpf_probe_write_user(machine) {
    const size = argSize(machine, 2);
    const from = readablePlace(machine, "read of the source of", argLo(machine, 1), argHi(machine, 1), size);
    const target = userRange(machine, argLo(machine, 0), argHi(machine, 0), size);
    target?.set(machine.memory.u8.subarray(from, from + size));
    return giveInt(machine, target ? 0 : ErrorNumber.EFAULT);
  },
  bpf_strncmp(machine) {
    const size = argSize(machine, 1);
    const first = readablePlace(machine, "read of the text of", argLo(machine, 0), argHi(machine, 0), size);
    const text = kernelText(machine, argLo(machine, 2), argHi(machine, 2)) ?? new Uint8Array(0);
    for (let index = 0; index < size; index++) {
      const [a, b] = [machine.memory.u8[first + index] ?? 0, text[index] ?? 0];
      // The sign alone (strncmp, lib/string.c).
      if (a !== b) return giveInt(machine, a < b ? -1 : 1);
      if (a === 0) break;
    }
    return giveInt(machine, 0);
  },
};

type FindRange = (machine: Machine, lo: number, hi: number, size: number) => Uint8Array<ArrayBuffer> | undefined;
/** From the address to the end of what is there. */
type FindRest = (machine: Machine, lo: number, hi: number) => Uint8Array<ArrayBuffer> | undefined;

function kernelRange(machine: Machine, lo: number, hi: number, size: number): Uint8Array<ArrayBuffer> | undefined {
  const at = locate(machine.memory, lo, hi, size);
  return at < 0 ? undefined : machine.memory.u8.subarray(at, at + size);
}

function userRange(machine: Machine, lo: number, hi: number, size: number): Uint8Array<ArrayBuffer> | undefined {
  return userBytes(machine.world, joinAddress(lo, hi), size);
}

function anyRange(machine: Machine, lo: number, hi: number, size: number): Uint8Array<ArrayBuffer> | undefined {
  return kernelRange(machine, lo, hi, size) ?? userRange(machine, lo, hi, size);
}

function kernelRest(machine: Machine, lo: number, hi: number): Uint8Array<ArrayBuffer> | undefined {
  const { memory } = machine;
  const at = locate(memory, lo, hi, 0);
  if (at < 0) return undefined;
  const id = (hi - REGION_HI) | 0;
  return memory.u8.subarray(at, at + (memory.sizes[id] ?? 0) - (lo - REGION_LO));
}

function userRest(machine: Machine, lo: number, hi: number): Uint8Array<ArrayBuffer> | undefined {
  return userBytesFrom(machine.world, lo, hi);
}

function anyRest(machine: Machine, lo: number, hi: number): Uint8Array<ArrayBuffer> | undefined {
  return kernelRest(machine, lo, hi) ?? userRest(machine, lo, hi);
}

function probeRead(machine: Machine, find: FindRange): number {
  const size = argSize(machine, 1);
  if (size === 0 && isNull(machine, 0)) return giveInt(machine, 0);
  const at = writablePlaceForHelper(machine, "write of the result of", argLo(machine, 0), argHi(machine, 0), size);
  const from = find(machine, argLo(machine, 2), argHi(machine, 2), size);
  if (from) machine.memory.u8.set(from, at);
  else machine.memory.u8.fill(0, at, at + size);
  return giveInt(machine, from ? 0 : ErrorNumber.EFAULT);
}

/** Copies text and its NUL, cut to fit. Gives the bytes written, the NUL included; memory without a NUL is a fault. */
function probeReadText(machine: Machine, find: FindRest): number {
  const size = argSize(machine, 1);
  if (size === 0) return giveInt(machine, 0);
  const at = writablePlaceForHelper(machine, "write of the result of", argLo(machine, 0), argHi(machine, 0), size);
  const from = find(machine, argLo(machine, 2), argHi(machine, 2));
  const { u8 } = machine.memory;
  const end = from ? from.indexOf(0) : -1;
  if (!from || (end < 0 && from.length < size - 1)) {
    u8.fill(0, at, at + size);
    return giveInt(machine, ErrorNumber.EFAULT);
  }
  const length = Math.min(end < 0 ? size - 1 : end, size - 1);
  u8.set(from.slice(0, length), at);
  u8[at + length] = 0;
  return giveInt(machine, length + 1);
}

/** The bytes of a text in kernel memory, without its NUL. */
export function kernelText(machine: Machine, lo: number, hi: number): Uint8Array | undefined {
  return textOf(kernelRest(machine, lo, hi));
}

export function userText(machine: Machine, lo: number, hi: number): Uint8Array | undefined {
  return textOf(userRest(machine, lo, hi));
}

function textOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  const end = bytes?.indexOf(0) ?? -1;
  return end < 0 ? undefined : bytes?.slice(0, end);
}
