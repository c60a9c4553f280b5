// What a program needs of the kernel, each with the release that has it. Asked only after the kernel has refused the
// program: what an older kernel got by backports is not forbidden here.

import { helperById } from "../bpf/helpers.js";
import { Alu, Class, type Insn, Jmp, Mode, PseudoCall, Source } from "../bpf/isa.js";
import type { ProgramKindSpec } from "../bpf/program-kinds.js";
import { NotSupportedError } from "./errors.js";
import { releaseAtLeast, type KernelRelease } from "./features.js";
import type { LinkedProgram } from "./relocate.js";

export interface Requirement {
  /** "raw_tracepoint programs". */
  readonly feature: string;
  readonly verb: "need" | "needs";
  readonly minKernel: string;
}

interface Needy {
  readonly linked: LinkedProgram;
  readonly insns: readonly Insn[];
  readonly kind: ProgramKindSpec;
}

/** Of what the program needs and this release has not, that which came last: a kernel that has it has the rest. */
export function unmetRequirement(program: Needy, release: KernelRelease): Requirement | undefined {
  let newest: Requirement | undefined;
  for (const one of requirements(program)) {
    if (releaseAtLeast(release, one.minKernel)) continue;
    if (!newest || isNewer(one.minKernel, newest.minKernel)) newest = one;
  }
  return newest;
}

/** `load program "p": loops need Linux 5.3, and this is 4.19.0`. */
export function notSupported(
  doing: string,
  { feature, verb, minKernel }: Requirement,
  release: KernelRelease,
  details: { readonly errno: number; readonly cause?: unknown },
): NotSupportedError {
  const text = `${doing}: ${feature} ${verb} Linux ${minKernel}, and this is ${release.text}`;
  return new NotSupportedError(text, feature, minKernel, details);
}

function isNewer(a: string, b: string): boolean {
  const order = (release: string): number => {
    const [major = 0, minor = 0] = release.split(".").map(Number);
    return major * 1000 + minor;
  };
  return order(a) > order(b);
}

function* requirements({ linked, insns, kind }: Needy): Generator<Requirement> {
  yield { feature: `${kind.name} programs`, verb: "need", minKernel: kind.minKernel };
  if (linked.parts.some(({ spec }) => spec.relocations.some((relocation) => relocation.kind === "function"))) {
    yield { feature: "functions passed as callbacks", verb: "need", minKernel: "5.13" };
  }
  for (const insn of insns) {
    const helper = isHelperCall(insn) ? helperById(insn.imm) : undefined;
    if (helper) yield { feature: `the helper ${helper.name}`, verb: "needs", minKernel: helper.since };
    for (const one of instructionKinds) if (one.has(insn)) yield one;
  }
}

function isHelperCall({ opcode, src }: Insn): boolean {
  return opcode === (Class.JMP | Jmp.CALL) && src === PseudoCall.HELPER;
}

interface InstructionKind extends Requirement {
  has(insn: Insn): boolean;
}

const classOf = ({ opcode }: Insn): number => opcode & 7;
const operationOf = ({ opcode }: Insn): number => opcode & 0xf0;
const isJump = (insn: Insn): boolean => classOf(insn) === Class.JMP || classOf(insn) === Class.JMP32;
const isAlu = (insn: Insn): boolean => classOf(insn) === Class.ALU || classOf(insn) === Class.ALU64;

/** Instructions that came after the first ones of Linux 3.18, by kernel/bpf/verifier.c of each release. */
const instructionKinds: readonly InstructionKind[] = [
  {
    feature: "calls of functions",
    verb: "need",
    minKernel: "4.16",
    has: ({ opcode, src }) => opcode === (Class.JMP | Jmp.CALL) && src === PseudoCall.BPF,
  },
  { feature: "32-bit jumps", verb: "need", minKernel: "5.1", has: (insn) => classOf(insn) === Class.JMP32 },
  {
    feature: "loops",
    verb: "need",
    minKernel: "5.3",
    has: (insn) => isJump(insn) && operationOf(insn) !== Jmp.CALL && operationOf(insn) !== Jmp.EXIT && insn.offset < 0,
  },
  {
    // BPF_XADD was the only one before.
    feature: "atomic operations other than adding",
    verb: "need",
    minKernel: "5.12",
    has: (insn) => classOf(insn) === Class.STX && (insn.opcode & 0xe0) === Mode.ATOMIC && insn.imm !== 0,
  },
  { feature: "instructions of level v4", verb: "need", minKernel: "6.6", has: isOfLevel4 },
];

/** Sign-extending loads and moves, signed division, bswap and the long jump. */
function isOfLevel4(insn: Insn): boolean {
  const operation = operationOf(insn);
  if (classOf(insn) === Class.LDX) return (insn.opcode & 0xe0) === Mode.MEMSX;
  if (classOf(insn) === Class.JMP32) return operation === Jmp.JA;
  if (!isAlu(insn)) return false;
  if (operation === Alu.END) return classOf(insn) === Class.ALU64;
  const mayExtend = operation === Alu.MOV && (insn.opcode & Source.X) !== 0;
  return (mayExtend || operation === Alu.DIV || operation === Alu.MOD) && insn.offset !== 0;
}
