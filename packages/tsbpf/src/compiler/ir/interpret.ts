// Runs IR functions: the oracle of the tests. Memory is a set of regions in one 64-bit address space; whatever is read
// out of bounds or before it was written throws, so that a pass which breaks a program cannot go unnoticed.

import { assert } from "../../util/assert.js";
import { helperId } from "../../bpf/helpers.js";
import { entryOf } from "./cfg.js";
import { evalAtomic, evalBinary, evalCompare, evalConvert, widen } from "./eval.js";
import { isBinary, isCompare, memSize } from "./ir.js";
import type { Block, CallInst, CoreInst, DataInst, Func, FuncInst, Inst, MemType, SlotInst, Target } from "./ir.js";

/** The program did what the kernel's verifier would have refused. */
export class InterpretError extends Error {
  override readonly name = "InterpretError";
}

export interface Region {
  readonly name: string;
  readonly base: bigint;
  readonly bytes: Uint8Array;
  /** One entry a byte, 1 once it was written; undefined: everything counts as written. */
  readonly written: Uint8Array | undefined;
}

export interface Memory {
  readonly regions: Region[];
  /** Where the next region goes. */
  nextBase: bigint;
}

export interface Machine {
  readonly memory: Memory;
  /** Fake kernel memory, for kread and kreadinto: undefined where the read fails. */
  kernelRead(address: bigint, size: number): Uint8Array | undefined;
  /** Every helper but bpf_probe_read_kernel, which is a kreadinto with a run-time size. */
  call(inst: CallInst, args: readonly bigint[]): bigint;
  mapAddress(name: string): bigint;
  /** Where a data section lies; without it a program that uses one fails. */
  dataAddress?(section: string): bigint;
  /** The module's functions, for calls among them; without it such a call fails. */
  functionNamed?(name: string): Func | undefined;
  /** A number that `call` can take for the function, when a helper is to call it back. */
  functionAddress?(name: string): bigint;
  /** The value after relocation; by default what it is for the local type. */
  core?(inst: CoreInst): bigint;
  /** Instructions that may run before the interpreter gives up; by default a million. */
  readonly stepLimit?: number;
}

const probeReadKernel = helperId("bpfProbeReadKernel");
const efault = 14n;

export function createMemory(): Memory {
  return { regions: [], nextBase: 0x1000_0000n };
}

/** Adds memory of `sizeBytes`, or initialised with `bytes`. Regions never touch each other. */
export function addRegion(memory: Memory, name: string, content: number | Uint8Array): Region {
  const bytes = typeof content === "number" ? new Uint8Array(content) : content;
  const written = typeof content === "number" ? new Uint8Array(content) : undefined;
  const region: Region = { name, base: memory.nextBase, bytes, written };
  memory.regions.push(region);
  memory.nextBase += BigInt((bytes.length + 0xffff) & ~0xfff);
  return region;
}

export function readMemory(memory: Memory, address: bigint, size: number): Uint8Array {
  const { region, offset } = find(memory, address, size);
  for (let index = offset; region.written && index < offset + size; index++) {
    if (!region.written[index]) throw new InterpretError(`read of ${region.name}+${index}, which was never written`);
  }
  return region.bytes.slice(offset, offset + size);
}

export function writeMemory(memory: Memory, address: bigint, bytes: Uint8Array): void {
  const { region, offset } = find(memory, address, bytes.length);
  region.bytes.set(bytes, offset);
  region.written?.fill(1, offset, offset + bytes.length);
}

/** The result in r0, or undefined where the function leaves nothing of meaning there. */
export function interpret(func: Func, args: readonly bigint[], machine: Machine): bigint | undefined {
  const entry = entryOf(func);
  assert(args.length === entry.params.length, `function ${func.name} takes ${entry.params.length} arguments`);
  const frame: Frame = { machine, values: new Map(), slots: [] };
  entry.params.forEach((param, index) => frame.values.set(param, BigInt.asUintN(64, args[index] ?? 0n)));
  try {
    return runBlocks(func, entry, frame);
  } finally {
    const { regions } = machine.memory;
    for (const slot of frame.slots) regions.splice(regions.lastIndexOf(slot), 1);
  }
}

interface Frame {
  readonly machine: Machine;
  readonly values: Map<Inst, bigint>;
  /** Its slots, which go with it; what helpers add meanwhile stays. */
  readonly slots: Region[];
}

function runBlocks(func: Func, entry: Block, frame: Frame): bigint | undefined {
  let block = entry;
  for (let left = frame.machine.stepLimit ?? 1_000_000; left > 0; left -= 1) {
    left -= block.insts.length;
    for (const inst of block.insts) {
      const result = step(inst, frame);
      if (inst.type !== "void") frame.values.set(inst, result);
    }
    const { term } = block;
    if (term.op === "unreachable") throw new InterpretError(`function ${func.name} ran into unreachable`);
    if (term.op === "ret") {
      if (term.value) return valueOf(frame, term.value);
      return func.returns === "void" && func.voidReturn === "zero" ? 0n : undefined;
    }
    block = follow(frame, term.op === "jump" ? term.target : valueOf(frame, term.cond) !== 0n ? term.then : term.else);
  }
  throw new InterpretError(`function ${func.name} ran too long`);
}

/** All arguments are read before any parameter is written: they may be parameters of the same block. */
function follow(frame: Frame, target: Target): Block {
  const values = target.args.map((arg) => valueOf(frame, arg));
  target.block.params.forEach((param, index) => frame.values.set(param, values[index] ?? 0n));
  return target.block;
}

function valueOf(frame: Frame, inst: Inst): bigint {
  const value = frame.values.get(inst);
  if (value === undefined) throw new InterpretError(`a value (${inst.op}, id ${inst.id}) is used before it is defined`);
  return value;
}

function step(inst: Inst, frame: Frame): bigint {
  const args = inst.args.map((arg) => valueOf(frame, arg));
  const [first = 0n, second = 0n] = args;
  if (isBinary(inst)) return evalBinary(inst.op, inst.type, first, second);
  if (isCompare(inst))
    return evalCompare(inst.op, inst.args[0]?.type === "i32" ? "i32" : "i64", first, second) ? 1n : 0n;
  switch (inst.op) {
    case "param":
      throw new InterpretError("a parameter among the instructions");
    case "const":
      return inst.value;
    case "forget":
      return first;
    case "slot":
      return addSlot(frame, inst);
    case "map":
      return frame.machine.mapAddress(inst.name);
    case "core":
      return BigInt.asUintN(inst.type === "i32" ? 32 : 64, frame.machine.core?.(inst) ?? inst.value);
    case "call":
      return runCall(inst, args, frame.machine);
    case "callfn": {
      const callee = frame.machine.functionNamed?.(inst.name);
      if (!callee) throw new InterpretError(`a call of the unknown function ${inst.name}`);
      return interpret(callee, args, frame.machine) ?? 0n;
    }
    case "func":
    case "data":
      return nameAddress(inst, frame.machine);
    case "load":
    case "store":
    case "atomic":
    case "zero":
    case "copy":
    case "kread":
    case "kreadinto":
      return access(inst, args, frame.machine);
    default:
      return evalConvert(inst.op, inst.type, first);
  }
}

function addSlot(frame: Frame, inst: SlotInst): bigint {
  const slot = addRegion(frame.machine.memory, `slot "${inst.name}"`, inst.size);
  frame.slots.push(slot);
  return slot.base;
}

function nameAddress(inst: DataInst | FuncInst, machine: Machine): bigint {
  const address = inst.op === "func" ? machine.functionAddress?.(inst.name) : machine.dataAddress?.(inst.section);
  if (address === undefined) throw new InterpretError(`${inst.op} that this machine does not have`);
  return inst.op === "data" ? address + BigInt(inst.offset) : address;
}

type MemoryInst = Extract<Inst, { op: "atomic" | "load" | "store" | "zero" | "copy" | "kread" | "kreadinto" }>;

function access(inst: MemoryInst, [first = 0n, second = 0n, third = 0n]: readonly bigint[], machine: Machine): bigint {
  const { memory } = machine;
  const at = (base: bigint, offset: number): bigint => BigInt.asUintN(64, base + BigInt(offset));
  switch (inst.op) {
    case "load":
      return fromBytes(readMemory(memory, at(first, inst.offset), memSize(inst.mem)), inst.mem, inst.type);
    case "store":
      writeMemory(memory, at(first, inst.offset), toBytes(second, memSize(inst.mem)));
      return 0n;
    case "atomic": {
      const address = at(first, inst.offset);
      const size = memSize(inst.mem);
      const type = inst.mem === "u64" ? "i64" : "i32";
      const before = fromBytes(readMemory(memory, address, size), inst.mem, type);
      writeMemory(memory, address, toBytes(evalAtomic(inst.operation, type, before, second, third), size));
      return before;
    }
    case "zero":
      writeMemory(memory, at(first, inst.offset), new Uint8Array(inst.size));
      return 0n;
    case "copy":
      writeMemory(memory, at(first, inst.dstOffset), readMemory(memory, at(second, inst.srcOffset), inst.size));
      return 0n;
    case "kread": {
      const size = memSize(inst.mem);
      return fromBytes(machine.kernelRead(first, size) ?? new Uint8Array(size), inst.mem, inst.type);
    }
    case "kreadinto":
      probe(machine, at(first, inst.dstOffset), inst.size, second);
      return 0n;
  }
}

/** Like bpf_probe_read_kernel: all zeros when the read fails. True when it succeeded. */
function probe(machine: Machine, dst: bigint, size: number, address: bigint): boolean {
  const bytes = machine.kernelRead(address, size);
  writeMemory(machine.memory, dst, bytes ?? new Uint8Array(size));
  return bytes !== undefined;
}

function runCall(inst: CallInst, args: readonly bigint[], machine: Machine): bigint {
  const [dst = 0n, size = 0n, address = 0n] = args;
  if (inst.helper === probeReadKernel) {
    const ok = probe(machine, dst, Number(BigInt.asUintN(32, size)), address);
    return ok ? 0n : BigInt.asUintN(64, -efault);
  }
  return BigInt.asUintN(inst.type === "i32" ? 32 : 64, machine.call(inst, args));
}

function find(memory: Memory, address: bigint, size: number): { region: Region; offset: number } {
  for (const region of memory.regions) {
    const offset = address - region.base;
    if (offset >= 0n && offset + BigInt(size) <= BigInt(region.bytes.length)) return { region, offset: Number(offset) };
  }
  throw new InterpretError(`access to ${size} bytes at 0x${address.toString(16)}, outside every region`);
}

function fromBytes(bytes: Uint8Array, mem: MemType, type: "i32" | "i64"): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return widen(mem, type, value);
}

function toBytes(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => Number(BigInt.asUintN(8, value >> BigInt(8 * index))));
}
