// CO-RE: what a program's accesses to kernel types mean on one target's types. Pure: types in, numbers out; the
// second half writes the numbers into instructions. Rules as documented for libbpf (tools/lib/bpf/relo_core.c).

import { Class, LD_IMM64, Jmp, Size, Source } from "../bpf/isa.js";
import type { Insn } from "../bpf/isa.js";
import { FormatError } from "../util/bytes.js";
import { isComposite, isEnum, kindsCompatible } from "./core-compat.js";
import type { CoreContext } from "./core-compat.js";
import { matchSpec, parseSpec } from "./core-spec.js";
import type { CoreSpec } from "./core-spec.js";
import { computeValue } from "./core-value.js";
import type { CoreValue } from "./core-value.js";
import { essentialName, typeName } from "./name.js";
import type { Btf, BtfType, BtfTypeId, CoreReloc, CoreRelocKind } from "./types.js";

/** What became of one relocation. */
export type CoreOutcome =
  | {
      readonly kind: "value";
      readonly localValue: bigint;
      readonly targetValue: bigint;
      /** Whether the instruction must hold `localValue` before it is patched. */
      readonly checkLocal: boolean;
      /** Set for a byte offset whose field has another size in the target; `safe`: zero-extension keeps its value. */
      readonly resize: CoreResize | undefined;
    }
  /** The target has no such thing: the instruction may stay only if it is never reached. */
  | { readonly kind: "poison"; readonly reason: string }
  | { readonly kind: "error"; readonly reason: string };

export interface CoreResize {
  readonly localBytes: number;
  readonly targetBytes: number;
  readonly safe: boolean;
}

export interface CoreResolution {
  readonly reloc: CoreReloc;
  /** For messages: "byte_off struct task_struct.pid (0:0)". */
  readonly text: string;
  readonly outcome: CoreOutcome;
}

/** A CO-RE relocation that cannot be resolved or does not fit its instruction. */
export class CoreError extends Error {
  override readonly name = "CoreError";
}

/**
 * The helper a poisoned instruction calls. It does not exist, so that the verifier rejects the program if, and only
 * if, the instruction can be reached. The number is the one libbpf uses: readers of verifier logs know it.
 */
export const POISON_HELPER = 0xbad2310;

/** Resolves the relocations of one or more functions; the result has one entry for each, in order. */
export function resolveCore(local: Btf, relocs: readonly CoreReloc[], target: Btf): CoreResolution[] {
  const resolver: Resolver = { context: { local, target, steps: MAX_STEPS }, candidates: new Map() };
  const done = new Map<string, CoreResolution>();
  return relocs.map((reloc) => {
    const key = `${reloc.kind} ${reloc.typeId} ${reloc.access}`;
    let resolution = done.get(key);
    if (resolution === undefined) {
      resolution = { reloc, text: describeCoreReloc(local, reloc), outcome: resolveOne(resolver, reloc) };
      done.set(key, resolution);
    }
    return { ...resolution, reloc };
  });
}

/** What a relocation means for the program's own types. Throws FormatError when they do not have it. */
export function localCoreValue(local: Btf, reloc: CoreReloc): bigint {
  const mine = computeValue(local, reloc.kind, parseSpec(local, reloc));
  if (mine === undefined) throw new FormatError(`type ${reloc.typeId} lacks "${reloc.access}"`);
  return mine.value;
}

/** Instructions with the numbers of the target in them. Throws CoreError. */
export function applyCore(insns: readonly Insn[], resolutions: readonly CoreResolution[]): Insn[] {
  const patched = [...insns];
  for (const resolution of resolutions) patchInsn(patched, resolution);
  return patched;
}

/** Patches one relocation's instruction in place. Throws CoreError. */
export function patchInsn(insns: Insn[], { reloc, text, outcome }: CoreResolution): void {
  const at = reloc.insnIndex;
  const insn = insns[at];
  const fail = (reason: string): never => {
    throw new CoreError(`relocate instruction ${at} for ${text}: ${reason}`);
  };
  if (insn === undefined) return fail(`the function has only ${insns.length} instructions`);
  const second = insn.opcode === LD_IMM64 ? insns[at + 1] : undefined;
  if (insn.opcode === LD_IMM64 && second?.opcode !== 0) return fail("its 64-bit load lacks the second half");
  if (outcome.kind === "error") return fail(outcome.reason);
  if (outcome.kind === "poison" || (isMemoryAccess(insn) && outcome.resize?.safe === false)) {
    insns[at] = poisonInsn;
    if (second !== undefined) insns[at + 1] = poisonInsn;
    return;
  }
  if (second !== undefined) {
    if (insn.src !== 0) return fail("its 64-bit load is not one of a number");
    const found = (BigInt(insn.imm) & 0xffffffffn) | ((BigInt(second.imm) & 0xffffffffn) << 32n);
    if (outcome.checkLocal && found !== BigInt.asUintN(64, outcome.localValue)) {
      return fail(`it holds ${found}, expected ${outcome.localValue}`);
    }
    insns[at] = { ...insn, imm: Number(BigInt.asIntN(32, outcome.targetValue)) };
    insns[at + 1] = { ...second, imm: Number(BigInt.asIntN(32, outcome.targetValue >> 32n)) };
  } else if (isMemoryAccess(insn)) {
    insns[at] = patchAccess(insn, outcome, fail);
  } else {
    insns[at] = patchImmediate(insn, outcome, fail);
  }
}

/** "byte_off struct task_struct.pid (0:0)": the relocation in words, for errors and listings. */
export function describeCoreReloc(local: Btf, reloc: CoreReloc): string {
  const kind = shortKinds[reloc.kind];
  try {
    const path = describePath(local, parseSpec(local, reloc));
    return `${kind} ${describeType(local, reloc.typeId)}${path} (${reloc.access})`;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return `${kind} type ${reloc.typeId} (${reloc.access.slice(0, 80)})`;
  }
}

/** Comparisons of types and members one call may make; real programs need some thousands. */
const MAX_STEPS = 20_000_000;
const poisonInsn: Insn = { opcode: Class.JMP | Jmp.CALL | Source.K, dst: 0, src: 0, offset: 0, imm: POISON_HELPER };

const shortKinds: Readonly<Record<CoreRelocKind, string>> = {
  field_byte_offset: "byte_off",
  field_byte_size: "byte_sz",
  field_exists: "field_exists",
  field_signed: "signed",
  field_lshift_u64: "lshift_u64",
  field_rshift_u64: "rshift_u64",
  type_id_local: "local_type_id",
  type_id_target: "target_type_id",
  type_exists: "type_exists",
  type_size: "type_size",
  enumval_exists: "enumval_exists",
  enumval_value: "enumval_value",
  type_matches: "type_matches",
};

interface Resolver {
  readonly context: CoreContext;
  /** By local type id: target types of the same essential name and kind. */
  readonly candidates: Map<BtfTypeId, readonly BtfTypeId[]>;
}

function resolveOne(resolver: Resolver, reloc: CoreReloc): CoreOutcome {
  try {
    return resolveChecked(resolver, reloc);
  } catch (error) {
    if (error instanceof FormatError) return { kind: "error", reason: error.message };
    throw error;
  }
}

function resolveChecked(resolver: Resolver, reloc: CoreReloc): CoreOutcome {
  const { context } = resolver;
  const spec = parseSpec(context.local, reloc);
  const mine = computeValue(context.local, reloc.kind, spec);
  if (mine === undefined) return { kind: "error", reason: "the program's own types do not have it" };
  // The local id is the program's own affair: no target type is needed.
  if (reloc.kind === "type_id_local") return outcomeOf(mine, mine);
  if (essentialName(typeName(context.local.type(reloc.typeId))) === "") {
    return { kind: "error", reason: "a type without a name cannot be looked up in the target" };
  }
  let found: { readonly id: BtfTypeId; readonly spec: CoreSpec; readonly value: CoreValue } | undefined;
  for (const id of candidatesOf(resolver, reloc.typeId)) {
    const theirs = matchSpec(context, reloc.kind, spec, id);
    const value = theirs && computeValue(context.target, reloc.kind, theirs);
    if (theirs === undefined || value === undefined) continue;
    if (found === undefined) {
      found = { id, spec: theirs, value };
    } else if (found.spec.offsetBits !== theirs.offsetBits || found.value.value !== value.value) {
      const values = `${found.value.value} and ${value.value}`;
      const reason = `ambiguous: types ${found.id} and ${id} of the target disagree (${values})`;
      return { kind: "error", reason };
    }
  }
  const theirs = found?.value ?? computeValue(context.target, reloc.kind, undefined);
  if (theirs === undefined) return { kind: "poison", reason: "the target has no such type, member or value" };
  return outcomeOf(mine, theirs);
}

function candidatesOf({ context, candidates }: Resolver, localId: BtfTypeId): readonly BtfTypeId[] {
  const known = candidates.get(localId);
  if (known !== undefined) return known;
  const local = context.local.type(localId);
  const ids = context.target
    .idsByEssentialName(essentialName(typeName(local)))
    .filter((id) => kindsCompatible(local, context.target.type(id)));
  candidates.set(localId, ids);
  return ids;
}

function outcomeOf(mine: CoreValue, theirs: CoreValue): CoreOutcome {
  return {
    kind: "value",
    localValue: mine.value,
    targetValue: theirs.value,
    checkLocal: mine.comparable,
    resize: resizeOf(mine, theirs),
  };
}

function resizeOf(mine: CoreValue, theirs: CoreValue): CoreResize | undefined {
  if (mine.field === undefined || theirs.field === undefined) return undefined;
  const [localBytes, targetBytes] = [mine.field.sizeBytes, theirs.field.sizeBytes];
  if (localBytes === targetBytes) return undefined;
  // A narrower or wider load keeps the value of unsigned numbers and of pointers, for both are zero-extended.
  const safe =
    zeroExtends(mine.field.type) && mine.field.type.kind === theirs.field.type.kind && zeroExtends(theirs.field.type);
  return { localBytes, targetBytes, safe };
}

function zeroExtends(type: BtfType): boolean {
  return type.kind === "ptr" || (type.kind === "int" && type.encoding !== "signed");
}

type ValueOutcome = Extract<CoreOutcome, { kind: "value" }>;

function isMemoryAccess(insn: Insn): boolean {
  const insnClass = insn.opcode & 7;
  return insnClass === Class.LDX || insnClass === Class.ST || insnClass === Class.STX;
}

const sizeBits: ReadonlyMap<number, number> = new Map([
  [1, Size.B],
  [2, Size.H],
  [4, Size.W],
  [8, Size.DW],
]);

function patchAccess(insn: Insn, outcome: ValueOutcome, fail: (reason: string) => never): Insn {
  const { localValue, targetValue, resize } = outcome;
  if (outcome.checkLocal && BigInt(insn.offset) !== localValue) {
    fail(`its offset is ${insn.offset}, expected ${localValue}`);
  }
  if (targetValue < 0n || targetValue > 0x7fffn) fail(`offset ${targetValue} does not fit 16 bits`);
  const patched = { ...insn, offset: Number(targetValue) };
  if (resize === undefined) return patched;
  if (sizeBits.get(resize.localBytes) !== (insn.opcode & 0x18)) {
    fail(`it does not access the ${resize.localBytes} bytes of the field`);
  }
  const size = sizeBits.get(resize.targetBytes);
  if (size === undefined)
    return fail(`no instruction accesses the ${resize.targetBytes} bytes the field has in the target`);
  return { ...patched, opcode: (insn.opcode & ~0x18) | size };
}

function patchImmediate(insn: Insn, outcome: ValueOutcome, fail: (reason: string) => never): Insn {
  const { localValue, targetValue } = outcome;
  const insnClass = insn.opcode & 7;
  if ((insnClass !== Class.ALU && insnClass !== Class.ALU64) || (insn.opcode & Source.X) !== 0) {
    return fail(`opcode 0x${insn.opcode.toString(16)} has neither an immediate nor an offset to patch`);
  }
  if (outcome.checkLocal && BigInt(insn.imm) !== BigInt.asIntN(32, localValue)) {
    fail(`it holds ${insn.imm}, expected ${localValue}`);
  }
  // A 64-bit operation sign-extends its immediate, a 32-bit one takes it as it stands.
  const max = insnClass === Class.ALU64 ? 0x7fffffffn : 0xffffffffn;
  if (targetValue < -0x80000000n || targetValue > max) fail(`${targetValue} does not fit its 32-bit immediate`);
  return { ...insn, imm: Number(BigInt.asIntN(32, targetValue)) };
}

function describeType(btf: Btf, id: BtfTypeId): string {
  const type = btf.type(id);
  const name = typeName(type) || "(anonymous)";
  if (isComposite(type)) return `${type.kind} ${name}`;
  if (isEnum(type)) return `enum ${name}`;
  return type.kind === "typedef" || type.kind === "int" ? name : `${type.kind} ${name}`;
}

function describePath(btf: Btf, spec: CoreSpec): string {
  return spec.accessors
    .map((step, position) => {
      if (step.name === undefined) return position === 0 && step.index === 0 ? "" : `[${step.index}]`;
      return isEnum(btf.type(step.typeId)) ? `::${step.name}` : `.${step.name}`;
    })
    .join("");
}
