// Helpers that send records to user space: perf event arrays and ring buffers; and those that note a stack.

import { readablePlace, writablePlaceForHelper } from "./access.js";
import { helperFault, VmError } from "./core.js";
import {
  argBig,
  argHi,
  argLo,
  argMap,
  argSize,
  giveBig,
  giveInt,
  giveRegion,
  type HelperTable,
  type Machine,
} from "./machine.js";
import { ErrorNumber } from "./map-entries.js";
import { beginTurn, endTurn, sendRecord, type Stream, type StreamRecord, takeRoom } from "./map-streams.js";
import { MapType, type VmMap } from "./maps.js";
import { addRegion, killRegion, REGION_HI, REGION_LO, regionBytes } from "./memory.js";

const EOPNOTSUPP = -95;
const EAGAIN = -11;

export const streamHelpers: HelperTable = {
  bpf_perf_event_output: perfEventOutput,
  // The kernel has one helper for tracing programs and one for packets, under one number.
  bpf_skb_output: perfEventOutput,
  bpf_xdp_output: perfEventOutput,
  bpf_ringbuf_output(machine) {
    const { stream } = ringArg(machine, 0);
    // BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP.
    const KNOWN_FLAGS = 3;
    const size = argSize(machine, 2);
    const at = readablePlace(machine, "read of the record of", argLo(machine, 1), argHi(machine, 1), size);
    if (argBig(machine, 3) > KNOWN_FLAGS) return giveInt(machine, ErrorNumber.EINVAL);
    if (!takeRoom(stream, size)) return giveInt(machine, EAGAIN);
    sendRecord(stream, recordOf(machine, machine.memory.u8.slice(at, at + size)));
    return giveInt(machine, 0);
  },
  bpf_ringbuf_reserve(machine) {
    const { map, stream } = ringArg(machine, 0);
    const size = argSize(machine, 1);
    if (argBig(machine, 2) !== 0n || !takeRoom(stream, size)) return giveRegion(machine, -1);
    const region = addRegion(
      machine.memory,
      "ring buffer record",
      `the record of ring buffer "${map.spec.name}"`,
      size,
    );
    // What a reader left behind: not zeros, so that a field which is never set shows.
    regionBytes(machine.memory, region).fill(0xa5);
    stream.reserved.set(region, { region, insnIndex: machine.insnIndex, turn: beginTurn(stream) });
    return giveRegion(machine, region);
  },
  bpf_ringbuf_submit: (machine) => endRecord(machine, true),
  bpf_ringbuf_discard: (machine) => endRecord(machine, false),
  bpf_ringbuf_query(machine) {
    const { stream } = ringArg(machine, 0);
    const { usedBytes, ringBytes, producedBytes } = stream;
    const answers = [usedBytes, ringBytes, producedBytes - usedBytes, producedBytes];
    return giveBig(machine, BigInt(answers[argLo(machine, 1)] ?? 0));
  },
  bpf_get_stackid(machine) {
    const map = argMap(machine, 1);
    if (!map.stacks) return helperFault(machine, `map "${map.spec.name}" is not of a kind that this helper takes`);
    const SKIP_MASK = 0xff;
    const KNOWN_FLAGS = 0x7ff;
    const flags = argBig(machine, 2);
    if (flags > KNOWN_FLAGS) return giveInt(machine, ErrorNumber.EINVAL);
    const depth = map.spec.valueSize / 8;
    const stack = stackOf(machine, Number(flags))
      .slice(Number(flags) & SKIP_MASK)
      .slice(0, depth);
    if (stack.length === 0) return giveInt(machine, ErrorNumber.EFAULT);
    return giveInt(machine, storeStack(map, map.stacks, stack, Number(flags)));
  },
  bpf_get_stack(machine) {
    const SKIP_MASK = 0xff;
    const KNOWN_FLAGS = 0x1ff;
    const size = argSize(machine, 2);
    const at = writablePlaceForHelper(machine, "write of the stack of", argLo(machine, 1), argHi(machine, 1), size);
    machine.memory.u8.fill(0, at, at + size);
    // Stacks of build ids, the kernel's other flag, are not part of the machine.
    if (argBig(machine, 3) > KNOWN_FLAGS || size % 8 !== 0) return giveInt(machine, ErrorNumber.EINVAL);
    const flags = argLo(machine, 3);
    const [stack, skip] = [stackOf(machine, flags), flags & SKIP_MASK];
    if (skip > stack.length) return giveInt(machine, ErrorNumber.EFAULT);
    const bytes = new Uint8Array(BigUint64Array.from(stack.slice(skip, skip + size / 8)).buffer);
    machine.memory.u8.set(bytes, at);
    return giveInt(machine, bytes.length);
  },
};

/** Ends a run that leaves a record reserved: the verifier would never load such a program. */
export function checkReserved(machine: Machine): void {
  for (const { spec, stream } of machine.maps) {
    for (const { insnIndex } of stream?.reserved.values() ?? []) {
      const reason = `the record of ring buffer "${spec.name}" reserved here is neither submitted nor discarded`;
      throw new VmError(machine.image, insnIndex, reason);
    }
  }
}

/**
 * After a run, whatever its end: records that are still reserved go, and the reader has kept up, so that what one run
 * has sent does not fill the ring for the next.
 */
export function settleStreams(machine: Machine): void {
  for (const { stream } of machine.maps) {
    if (!stream) continue;
    for (const { region, turn } of stream.reserved.values()) {
      killRegion(machine.memory, region);
      endTurn(stream, turn, "discarded");
    }
    stream.reserved.clear();
    stream.usedBytes = 0;
  }
}

function perfEventOutput(machine: Machine): number {
  const map = argMap(machine, 1);
  if (map.spec.type !== MapType.PERF_EVENT_ARRAY || !map.stream) {
    return helperFault(machine, `map "${map.spec.name}" is not a perf event array`);
  }
  const size = argSize(machine, 4);
  const at = readablePlace(machine, "read of the record of", argLo(machine, 3), argHi(machine, 3), size);
  const { cpu, cpuCount } = machine.world;
  const CURRENT_CPU = 0xffffffff;
  const index = argLo(machine, 2) >>> 0;
  const wanted = index === CURRENT_CPU ? cpu : index;
  if (wanted >= (map.spec.maxEntries || cpuCount)) return giveInt(machine, ErrorNumber.E2BIG);
  // Only the CPU's own buffer takes records (__bpf_perf_event_output, kernel/trace/bpf_trace.c).
  if (wanted !== cpu) return giveInt(machine, EOPNOTSUPP);
  const packet = packetStart(machine, argHi(machine, 2) & 0xfffff);
  if (!packet) return giveInt(machine, ErrorNumber.EFAULT);
  const record = new Uint8Array(size + packet.length);
  record.set(machine.memory.u8.subarray(at, at + size));
  record.set(packet, size);
  sendRecord(map.stream, recordOf(machine, record));
  return giveInt(machine, 0);
}

/** The first bytes of the packet, which the upper half of the flags asks for; undefined when it has fewer. */
function packetStart(machine: Machine, sizeBytes: number): Uint8Array | undefined {
  const id = (machine.packetHi - REGION_HI) | 0;
  if (sizeBytes === 0) return new Uint8Array(0);
  const packet = regionBytes(machine.memory, id);
  return sizeBytes > packet.length ? undefined : packet.slice(0, sizeBytes);
}

function recordOf({ world }: Machine, bytes: Uint8Array<ArrayBuffer>): StreamRecord {
  return { bytes, cpu: world.cpu, timeNs: world.clockNs };
}

function ringArg(machine: Machine, index: number): { readonly map: VmMap; readonly stream: Stream } {
  const map = argMap(machine, index);
  if (map.spec.type !== MapType.RINGBUF || !map.stream) {
    return helperFault(machine, `map "${map.spec.name}" is not a ring buffer`);
  }
  return { map, stream: map.stream };
}

function endRecord(machine: Machine, submit: boolean): number {
  const [lo, hi] = [argLo(machine, 0), argHi(machine, 0)];
  const region = (hi - REGION_HI) | 0;
  const owner = machine.maps.find(({ stream }) => stream?.reserved.has(region))?.stream;
  const reservation = owner?.reserved.get(region);
  if (!owner || !reservation || lo !== REGION_LO) {
    const freed = machine.memory.regions[region]?.kind === "ring buffer record";
    return helperFault(machine, freed && !owner ? "the record was submitted or discarded before" : "this is no record");
  }
  owner.reserved.delete(region);
  const record = submit ? recordOf(machine, regionBytes(machine.memory, region).slice()) : "discarded";
  endTurn(owner, reservation.turn, record);
  killRegion(machine.memory, region);
  return giveInt(machine, 0);
}

function stackOf(machine: Machine, flags: number): readonly bigint[] {
  const USER_STACK = 0x100;
  return (flags & USER_STACK) !== 0 ? machine.world.userStack : machine.world.kernelStack;
}

/** Equal stacks have one id; another stack in its place is kept, unless the flags say that it may be replaced. */
function storeStack(
  map: VmMap,
  stacks: Map<number, readonly bigint[]>,
  stack: readonly bigint[],
  flags: number,
): number {
  const REUSE_STACKID = 0x400;
  let hash = 0x811c9dc5;
  for (const address of stack) {
    hash = Math.imul(hash ^ Number(BigInt.asIntN(32, address)), 0x01000193);
    hash = Math.imul(hash ^ Number(BigInt.asIntN(32, address >> 32n)), 0x01000193);
  }
  const id = (hash >>> 0) % map.spec.maxEntries;
  const known = stacks.get(id);
  const isSame = known?.length === stack.length && known.every((address, at) => address === stack[at]);
  if (known && !isSame && (flags & REUSE_STACKID) === 0) return ErrorNumber.EEXIST;
  stacks.set(id, stack);
  return id;
}
