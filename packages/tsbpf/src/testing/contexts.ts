// The context that a run begins with, from what a test gives: arguments, fields by name, a packet. Layouts are those of
// include/uapi/linux/bpf.h and of the processor's registers.

import { contextOfKind, registersOf } from "../bpf/contexts.js";
import type { ProgramKindSpec } from "../bpf/program-kinds.js";
import type { Btf, BtfTypeId } from "../btf/types.js";
import { idsByExactName, typeName } from "../btf/name.js";
import { sizeOfType, skipModifiers } from "../btf/walk.js";
import { encodeText } from "../util/bytes.js";
import { hint } from "../util/did-you-mean.js";
import type { PacketFields } from "../vm/core.js";
import { releaseRetired, regionBytes, REGION_HI, retireRegion } from "../vm/memory.js";
import { shown } from "./check-options.js";
import { EmulateError, KernelObjectError } from "./errors.js";
import { type KernelObjects, placeObject, placeStruct, pointedStruct } from "./kernel-objects.js";
import type { ArgumentsContext, KernelObjectInit, KernelValue } from "./types.js";

export interface BuiltContext {
  readonly bytes: Uint8Array;
  readonly packet: Uint8Array | undefined;
}

export interface ContextHost {
  readonly objects: KernelObjects;
  readonly kind: ProgramKindSpec;
  readonly program: string;
  /** What the program is attached to: "sched_switch". */
  readonly target: string;
  /** Names of the kernel types whose members the program reads. */
  readonly readTypes: readonly string[];
  /** Of the value that a syscall program takes; undefined where the object does not say it. */
  readonly valueBytes: number | undefined;
}

/** The most arguments there are, and room for a result (MAX_BPF_FUNC_ARGS, include/linux/bpf.h). */
const MAX_ARGUMENTS = 12;
const skBuffFields: PacketFields = { data: 76, dataEnd: 80, dataMeta: 140 };
const SK_BUFF_BYTES = 192;

/** Where the context has the packet's addresses, for kinds that may look into it. */
export function packetFieldsOf(kind: ProgramKindSpec): PacketFields | undefined {
  if (kind.context === "struct xdp_md") return { data: 0, dataEnd: 4, dataMeta: 8 };
  return kind.context === "struct __sk_buff" && kind.name !== "socket" ? skBuffFields : undefined;
}

/** Kinds whose context the verifier lets nobody write to. */
export function isReadOnly(kind: ProgramKindSpec): boolean {
  const written = ["struct __sk_buff", "struct bpf_sock_addr", "struct bpf_sockopt", "the caller's buffer"];
  return !written.includes(kind.context) && kind.name !== "raw_tracepoint.w";
}

export function buildContext(host: ContextHost, input: object | undefined): BuiltContext {
  if (input instanceof Uint8Array) return { bytes: input, packet: undefined };
  const { context } = host.kind;
  const given: Readonly<Record<string, unknown>> = { ...input };
  switch (context) {
    case "struct bpf_raw_tracepoint_args":
    case "u64[]":
      checkArguments(host, given);
      return { bytes: argumentBytes(host, given as ArgumentsContext), packet: undefined };
    case "struct pt_regs":
      checkArguments(host, given);
      return { bytes: registerBytes(host, given as ArgumentsContext), packet: undefined };
    case "struct trace_event_raw":
      return { bytes: tracepointBytes(host, given as KernelObjectInit), packet: undefined };
    case "the caller's buffer":
      return { bytes: emptyValue(host, input), packet: undefined };
    default:
      return fieldContext(host, given);
  }
}

function emptyValue({ program, valueBytes }: ContextHost, input: object | undefined): Uint8Array {
  if (input === undefined && valueBytes !== undefined) return new Uint8Array(valueBytes);
  const what = input === undefined ? "the object does not say how large its value is" : "its value is bytes";
  const size = valueBytes ?? "SIZE";
  throw new EmulateError(`run "${program}", a syscall program: ${what} (give run(new Uint8Array(${size})))`);
}

/** From the prototype of a syscall program: what its parameter points to. */
export function valueSize(btf: Btf, funcTypeId: BtfTypeId | undefined): number | undefined {
  const func = funcTypeId === undefined ? undefined : btf.type(funcTypeId);
  const proto = func?.kind === "func" ? btf.type(func.type) : undefined;
  const parameter = proto?.kind === "func_proto" ? proto.params[0] : undefined;
  const struct = parameter && pointedStruct(btf, parameter.type);
  return struct === undefined ? undefined : sizeOfType(btf, struct);
}

function checkArguments({ kind, target }: ContextHost, given: Readonly<Record<string, unknown>>): void {
  const known = ["args", "result"];
  const slip = Object.keys(given).find((key) => !known.includes(key));
  if (slip !== undefined) {
    const reason = `its context has no "${slip}"${hint(slip, known)}: expected { args: [1n, address], result: 0n }`;
    throw new EmulateError(`run a ${kind.name} program on "${target}": ${reason}`);
  }
  const { args = [] } = given;
  if (!Array.isArray(args)) throw new EmulateError(`run a ${kind.name} program on "${target}": args is no array`);
}

/** Each argument in eight bytes; what a function returned comes behind them. */
function argumentBytes(host: ContextHost, { args = [], result }: ArgumentsContext): Uint8Array {
  const isFunction = host.kind.name.startsWith("f") || host.kind.name.startsWith("lsm");
  const isExact = isFunction && (args.length > 0 || result !== undefined);
  const slots = isExact ? args.length + 1 : Math.max(MAX_ARGUMENTS + 1, args.length);
  const values = new BigUint64Array(slots);
  args.forEach((value, index) => {
    values[index] = argumentValue(host, value, index);
  });
  if (result !== undefined) values[args.length] = argumentValue(host, result, -1);
  return new Uint8Array(values.buffer);
}

function argumentValue(host: ContextHost, value: KernelValue, index: number): bigint {
  const isWhole = typeof value === "number" && Number.isInteger(value);
  if (isWhole || typeof value === "bigint" || typeof value === "boolean") return BigInt.asUintN(64, BigInt(value));
  if (value === null) return 0n;
  const what = index < 0 ? "the result" : `argument ${index}`;
  if (typeof value !== "object") {
    const expected = "expected a whole number, an address or a kernel object";
    throw new EmulateError(`run a program on "${host.target}": ${what} is ${shown(value)}: ${expected}`);
  }
  const { btf } = host.objects;
  const type = btf && argumentType(btf, host, index);
  const struct = btf && type !== undefined ? pointedStruct(btf, type) : undefined;
  if (btf && struct !== undefined) {
    return placeObject(host.objects, btf, struct, value as KernelObjectInit, what);
  }
  const cure = 'give an address: kernelObject("name", { … })';
  throw new KernelObjectError(`run a program on "${host.target}": no type says what ${what} points to (${cure})`);
}

/** From the prototype of the tracepoint or function, where the kernel's types have it; index -1 is the result. */
function argumentType(btf: Btf, { kind, target }: ContextHost, index: number): BtfTypeId | undefined {
  const isTracepoint = kind.context !== "u64[]" || kind.btfTargetPrefix === "btf_trace_";
  const name = isTracepoint ? `btf_trace_${target}` : `${kind.btfTargetPrefix ?? ""}${target}`;
  for (const id of idsByExactName(btf, name)) {
    let { type } = skipModifiers(btf, id);
    if (type.kind === "ptr" || type.kind === "func") type = skipModifiers(btf, type.type).type;
    if (type.kind !== "func_proto") continue;
    if (index < 0) return type.returns;
    // A tracepoint's first parameter is what the one who registered it wants to have.
    return type.params[isTracepoint ? index + 1 : index]?.type;
  }
  return undefined;
}

/** The registers of the processor that Node runs on. */
function registerBytes(host: ContextHost, { args = [], result }: ArgumentsContext): Uint8Array {
  const registers = registersOf[process.arch];
  if (!registers) throw new KernelObjectError(`run a kprobe: the registers of ${process.arch} are not known`);
  const values = new BigUint64Array(Math.ceil(registers.sizeBytes / 8));
  args.forEach((value, index) => {
    const offset = registers.arguments[index];
    if (offset === undefined) throw new KernelObjectError(`run a kprobe: argument ${index} is in no register`);
    values[offset / 8] = argumentValue(host, value, index);
  });
  if (result !== undefined) values[registers.result / 8] = argumentValue(host, result, -1);
  return new Uint8Array(values.buffer);
}

/** The record of a tracepoint; text of a `__data_loc_…` field comes behind it, as the kernel puts it. */
function tracepointBytes(host: ContextHost, fields: KernelObjectInit): Uint8Array {
  const { objects, target } = host;
  const own = `trace_event_raw_${target.split("/").at(-1) ?? ""}`;
  const name = host.readTypes.find((type) => type.startsWith("trace_event_raw_")) ?? own;
  const plain: Record<string, KernelValue> = {};
  const texts: (readonly [string, Uint8Array])[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith("__data_loc_") && typeof value === "string") texts.push([key, encodeText(`${value}\0`)]);
    else plain[key] = value;
  }
  let end = structBytes(objects, name, plain).length;
  for (const [key, text] of texts) {
    plain[key] = end | (text.length << 16);
    end += text.length;
  }
  const record = structBytes(objects, name, plain);
  const bytes = new Uint8Array(end);
  bytes.set(record);
  let offset = record.length;
  for (const [, text] of texts) {
    bytes.set(text, offset);
    offset += text.length;
  }
  return bytes;
}

/** The bytes of a struct that no program has the address of. */
function structBytes(objects: KernelObjects, name: string, fields: KernelObjectInit): Uint8Array {
  const copy = { ...fields };
  const address = placeStruct(objects, name, copy);
  const region = (Number(BigInt.asIntN(32, address >> 32n)) - REGION_HI) | 0;
  const bytes = regionBytes(objects.memory, region).slice();
  objects.known.delete(copy);
  retireRegion(objects.memory, region);
  releaseRetired(objects.memory);
  return bytes;
}

function fieldContext({ kind }: ContextHost, given: Readonly<Record<string, unknown>>): BuiltContext {
  const spec = contextOfKind(kind.name, process.arch);
  const packet = given["packet"];
  if (packet !== undefined && !(packet instanceof Uint8Array)) {
    throw new EmulateError(`run a program of kind ${kind.name}: packet is no Uint8Array`);
  }
  const fields = spec?.fields ?? [];
  const last = Math.max(0, ...fields.map(({ offset, bits, length }) => offset + (bits / 8) * (length ?? 1)));
  const bytes = new Uint8Array(kind.context === "struct __sk_buff" ? SK_BUFF_BYTES : Math.max(32, last));
  const isBuffer = kind.context === "struct __sk_buff";
  const values = isBuffer && packet ? { len: packet.length, ...given } : given;
  for (const [key, value] of Object.entries(values)) {
    if (key === "packet" || value === undefined) continue;
    const field = fields.find(({ property, name }) => property === key || name === key);
    if (!field) throw new EmulateError(`run a program of kind ${kind.name}: ${noField(kind, key)}`);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    list.forEach((item, index) => {
      if (index >= (field.length ?? 1) || (typeof item !== "number" && typeof item !== "bigint")) {
        throw new EmulateError(`run a program of kind ${kind.name}: "${key}" cannot hold what it is given`);
      }
      writeNumber(bytes, field.offset + (index * field.bits) / 8, field.bits / 8, BigInt(item));
    });
  }
  return { bytes, packet };
}

function noField(kind: ProgramKindSpec, key: string): string {
  const fields = contextOfKind(kind.name, process.arch)?.fields ?? [];
  const known = fields.map(({ property }) => property);
  if (["struct xdp_md", "struct __sk_buff"].includes(kind.context)) known.push("packet");
  return `its context has no field "${key}"${hint(key, known)}`;
}

function writeNumber(bytes: Uint8Array, offset: number, sizeBytes: number, value: bigint): void {
  for (let at = 0; at < sizeBytes; at++) bytes[offset + at] = Number((value >> BigInt(8 * at)) & 0xffn);
}

/** Names of the types whose relocations a program has. */
export function typesRead(local: Btf | undefined, ids: readonly BtfTypeId[]): readonly string[] {
  return local ? [...new Set(ids.map((id) => typeName(local.type(id))))] : [];
}
