// Loads one linked program: BPF_PROG_LOAD without a log first, and again with one when the kernel refuses.

import type { Insn } from "../bpf/isa.js";
import { encodeInsns } from "../bpf/isa.js";
import type { ProgramKindSpec } from "../bpf/program-kinds.js";
import type { Kernel, KernelBytes, ProgLoadArgs, ProgramDebugInfo } from "../sys/kernel.js";
import { FUNC_INFO_BYTES, LINE_INFO_BYTES, kernelObjectName } from "../sys/attr.js";
import { Errno } from "../sys/errno.js";
import { assert } from "../util/assert.js";
import { ByteWriter, decodeText } from "../util/bytes.js";
import { VerifierError, systemError } from "./errors.js";
import { kernelRelease, probeCapabilities, releaseAtLeast } from "./features.js";
import { memlockOrPermission, withMemlock } from "./map-create.js";
import { notSupported, unmetRequirement } from "./requirements.js";
import { linkedFuncs, linkedLines, type LinkedProgram } from "./relocate.js";
import { describeVerifierReport, parseVerifierLog, type ProgramPart } from "./verifier-log.js";

export interface ProgramLoad {
  readonly linked: LinkedProgram;
  readonly insns: readonly Insn[];
  readonly kind: ProgramKindSpec;
  readonly license: string;
  /** The kernel's BTF id of the attach target, for kinds that need it at load time. */
  readonly attachBtfId: number;
  /** The object's BTF in the kernel, and where its strings are; undefined without BTF. */
  readonly btf: { readonly fd: number; readonly textOffsets: ReadonlyMap<string, number> } | undefined;
}

/** Gives the program's descriptor. */
export function loadProgram(kernel: Kernel, load: ProgramLoad): number {
  const args: ProgLoadArgs = {
    type: load.kind.progType,
    expectedAttachType: load.kind.expectedAttachType,
    flags: load.kind.progFlags,
    attachBtfId: load.attachBtfId,
    insns: encodeInsns(load.insns),
    license: load.license,
    name: kernelObjectName(load.linked.name),
    debug: load.btf ? debugInfo(load, load.btf) : undefined,
    log: undefined,
    logLevel: 0,
  };
  const fd = withMemlock(kernel, () => kernel.progLoad(args));
  return fd >= 0 ? fd : loadWithLog(kernel, load, args);
}

/** What kernels before 5.2 take at most (the log's size has to be less than 2^24), and two smaller tries. */
const LOG_BYTES = [1 << 16, 1 << 20, (1 << 24) - 1] as const;
/** From Linux 6.4 on a buffer that is too small keeps the end of the log, which is what matters. */
const LOG_BYTES_ROTATING = [1 << 20] as const;

function loadWithLog(kernel: Kernel, load: ProgramLoad, args: ProgLoadArgs): number {
  const sizes = releaseAtLeast(kernelRelease(kernel), "6.4") ? LOG_BYTES_ROTATING : LOG_BYTES;
  let log: KernelBytes = new Uint8Array(0);
  let fd = -Errno.ENOSPC;
  for (const size of sizes) {
    log = new Uint8Array(new ArrayBuffer(size));
    fd = kernel.progLoad({ ...args, log, logLevel: 1 });
    if (fd >= 0) return fd;
    if (fd !== -Errno.ENOSPC) break;
  }
  const end = log.indexOf(0);
  throw loadError(kernel, load, fd, decodeText(log.subarray(0, end < 0 ? log.length : end)));
}

function loadError(kernel: Kernel, load: ProgramLoad, status: number, log: string): Error {
  const { name, parts } = load.linked;
  const doing = `load program "${name}"`;
  const release = kernelRelease(kernel);
  const isRefusal = status === -Errno.EPERM || status === -Errno.EACCES;
  const noRight = isRefusal && probeCapabilities(kernel).missing.length > 0;
  const refused = log.trim() === "" || noRight ? undefined : verifierError(name, parts, log, status);
  const unmet = noRight ? undefined : unmetRequirement(load, release);
  if (unmet) return notSupported(doing, unmet, release, { errno: status, cause: refused });
  if (refused) return refused;
  if (isRefusal) return memlockOrPermission(kernel, doing, status);
  return systemError("ERR_SYSTEM", doing, status, "the kernel gave no log");
}

function verifierError(name: string, parts: readonly ProgramPart[], log: string, errno: number): VerifierError {
  const report = parseVerifierLog(log, parts);
  return new VerifierError(describeVerifierReport(name, report), name, report, log, errno);
}

type ProgramBtf = NonNullable<ProgramLoad["btf"]>;

/** Undefined unless every function has func info: line info alone is of no use to the kernel's tools. */
function debugInfo(load: ProgramLoad, btf: ProgramBtf): ProgramDebugInfo | undefined {
  const funcs = linkedFuncs(load.linked.parts);
  if (!funcs) return undefined;
  const funcInfo = new ByteWriter(funcs.length * FUNC_INFO_BYTES);
  for (const func of funcs) funcInfo.u32(func.insnIndex).u32(func.typeId);
  return { btfFd: btf.fd, funcInfo: funcInfo.finish(), lineInfo: lineInfo(load, btf) };
}

/** struct bpf_line_info: instruction, file, text, and the line with a column of ten bits. */
function lineInfo(load: ProgramLoad, btf: ProgramBtf): KernelBytes {
  const MAX_COLUMN = (1 << 10) - 1;
  const lines = linkedLines(load.linked.parts, load.insns) ?? [];
  const out = new ByteWriter(lines.length * LINE_INFO_BYTES);
  for (const line of lines) {
    const column = Math.min(line.column, MAX_COLUMN);
    out.u32(line.insnIndex).u32(textAt(btf, line.file)).u32(textAt(btf, line.text));
    out.u32(((line.line << 10) | column) >>> 0);
  }
  return out.finish();
}

function textAt(btf: ProgramBtf, text: string): number {
  const offset = btf.textOffsets.get(text);
  assert(offset !== undefined, `the text "${text}" is not among the strings of the loaded BTF`);
  return offset;
}
