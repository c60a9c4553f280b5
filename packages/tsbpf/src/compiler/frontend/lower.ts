// From a checked TypeScript program to an IR module: one function for each exported program, and those that they call.

import { programKinds } from "../../bpf/program-kinds.js";
import { assert } from "../../util/assert.js";
import { FunctionBuilder } from "../ir/builder.js";
import { reachableFunctions } from "../ir/cfg.js";
import type { Func, Inst, IrModule } from "../ir/ir.js";
import type { Diagnostic } from "../diagnostic.js";
import { messages } from "../messages.js";
import { checkRecordUses } from "./access.js";
import { checkAction } from "./actions.js";
import { callGraph } from "./call-graph.js";
import { dataSections, newModuleData, type DataSection } from "./data-sections.js";
import { checkLicense, moduleLicense } from "./license.js";
import { collectModule } from "./modules.js";
import {
  at,
  report,
  type Activation,
  type Compilation,
  type LongLoops,
  type Lowering,
  type Target,
} from "./lowering.js";
import { asInt } from "./expressions.js";
import { bindParameter, isPlainFunction } from "./inline.js";
import { trustedObject } from "./kernel.js";
import { kernelStruct, type KernelRoot } from "./kernel-types.js";
import type { IntOperand, KernelOperand, MapDeclaration, Operand, ProgramDeclaration } from "./operands.js";
import { spanInSource, type SourceProgram } from "./program.js";
import { lowerBody } from "./statements.js";
import { newSubprograms, newFunctionState, type Subprogram } from "./subprograms.js";
import { isAtLeast } from "./target.js";
import { withDepthKnown } from "./too-deep.js";
import { kernelInterface } from "./types.js";
import type { Local } from "./variables.js";
import type { ts } from "./typescript.js";

export interface LoweredModule {
  readonly license: string;
  readonly ir: IrModule;
  readonly programs: readonly ProgramDeclaration[];
  /** The functions of `ir` that are no programs, by name. */
  readonly subprograms: ReadonlyMap<string, Subprogram>;
  /** Maps that the module exports or a program uses, in order of declaration. */
  readonly maps: readonly MapDeclaration[];
  /** Of all that has a symbol in the object. */
  readonly names: ReadonlySet<string>;
  /** What .rodata, .data and .bss hold. */
  readonly data: readonly DataSection[];
  /** Local types that CO-RE relocations name, by key. */
  readonly kernelRoots: ReadonlyMap<string, KernelRoot>;
  readonly diagnostics: readonly Diagnostic[];
}

/** `functions` says what becomes of functions that are long enough to be called. */
export function lowerModule(
  source: SourceProgram,
  target: Target,
  functions: "called" | "inlined" = "called",
): LoweredModule {
  const lowered = lowerWithLoops(source, target, functions === "called" && isAtLeast(target.kernel, callsSince));
  // What only a copy can know, such as the bounds of an argument, may be what a diagnostic asks for. Copies are longer.
  const isFine = lowered.diagnostics.length === 0 || !isDivided(lowered);
  const isTooLong = lowered.diagnostics.some(({ code }) => code === messages.tooManySteps.code);
  return isFine || isTooLong ? lowered : lowerWithLoops(source, target, false);
}

/** Which loops are too long is only known when they are lowered: then the module is lowered again without them. */
function lowerWithLoops(source: SourceProgram, target: Target, callsFunctions: boolean): LoweredModule {
  const longLoops: LongLoops = new Map();
  for (;;) {
    const known = longLoops.size;
    const lowered = lowerOnce(source, target, callsFunctions, longLoops);
    if (longLoops.size === known) return lowered;
  }
}

/** There are functions that could as well be inlined. */
export function isDivided({ subprograms }: LoweredModule): boolean {
  return [...subprograms.values()].some(({ role }) => role === "copy");
}

/** BPF-to-BPF calls: bpf_check and jit_subprogs, kernel/bpf/verifier.c. */
const callsSince = "4.16";

function lowerOnce(
  source: SourceProgram,
  target: Target,
  callsFunctions: boolean,
  longLoops: LongLoops,
): LoweredModule {
  const told = { diagnostics: [], reported: new Set<string>() };
  const c: Compilation = {
    ...told,
    source,
    target,
    checker: source.checker,
    arch: process.arch,
    statics: new Map(),
    staticNodes: new Map(),
    symbols: new Map(),
    structs: new Map(),
    maps: new Map(),
    data: newModuleData(),
    names: new Map(),
    tailCallers: new Map(),
    programs: [],
    kernelRoots: new Map(),
    kernelKeys: new Set(),
    subprograms: newSubprograms(callsFunctions, told),
    longLoops,
  };
  collectModule(c);
  const license = moduleLicense(c);
  c.subprograms.graph = callGraph(c, c.programs);
  const functions = c.programs.map((program) => lowerProgram(c, program));
  const made = c.subprograms.list;
  const ir = { functions: reachableFunctions([...functions, ...made.map(({ func }) => func)]) };
  checkLicense(c, license, ir.functions);
  return {
    license,
    ir,
    programs: c.programs,
    subprograms: new Map(made.map((subprogram) => [subprogram.func.name, subprogram])),
    maps: [...c.maps.values()],
    names: new Set([...c.names.keys(), ...functions.map((func) => func.name)]),
    data: dataSections(c.data),
    kernelRoots: new Map([...c.kernelRoots.values()].map((root) => [root.key, root])),
    diagnostics: inReadingOrder(c),
  };
}

/** The entry first, then the other modules; from top to bottom. */
function inReadingOrder(c: Compilation): readonly Diagnostic[] {
  const files = [c.source.entry, ...c.source.files].map((file) => file.fileName);
  const rank = ({ span }: Diagnostic): number => (span ? files.indexOf(span.file) : -1);
  return c.diagnostics.toSorted(
    (a, b) =>
      rank(a) - rank(b) || (a.span?.line ?? 0) - (b.span?.line ?? 0) || (a.span?.column ?? 0) - (b.span?.column ?? 0),
  );
}

function lowerProgram(c: Compilation, program: ProgramDeclaration): Func {
  const kind = programKinds.find((candidate) => candidate.name === program.kind);
  assert(kind, `program kind ${program.kind} has no row`);
  const section = [kind.prefixes[0], program.target].filter((part) => part !== "").join("/");
  const voidReturn = kind.returnValue === "ignored" ? "anything" : "zero";
  const b = new FunctionBuilder(program.name, section, "i32", voidReturn);
  const context = b.addParam("ptr", true);
  const activation: Activation = {
    name: program.name,
    node: program.handler,
    caller: undefined,
    locals: new Map<ts.Symbol, Local>(),
    usings: [],
    jumps: [],
    leave: (value, node) => leaveProgram(l, value, node),
  };
  const l: Lowering = {
    ...c,
    b,
    program,
    activation,
    ...newFunctionState(false),
  };
  if (isPlainFunction(l, program.handler, program.name, program.handler) && bindContext(l, context)) {
    withDepthKnown(
      () => at(l, program.handler, () => lowerBody(l, program.handler)),
      () => l.b.span && spanInSource(l.source, l.b.span),
    );
    checkRecordUses(l);
  } else {
    b.ret(undefined);
  }
  return finish(b);
}

/** Every `return` of a program gives a value, or none does: one without a value beside others gives 0. */
function finish(b: FunctionBuilder): Func {
  const returns = b.func.blocks.map((block) => block.term).filter((term) => term.op === "ret");
  const hasValue = returns.some((term) => term.value !== undefined);
  const zero = b.constant("i32", 0n);
  if (hasValue) for (const term of returns) term.value ??= zero;
  const func = b.finish();
  return hasValue ? { ...func, voidReturn: "zero" } : { ...func, returns: "void" };
}

function leaveProgram(l: Lowering, value: Operand, node: ts.Node): void {
  if (value.kind === "void" || value.kind === "null" || value.kind === "error") {
    if (!l.b.terminated) l.b.ret(undefined);
    return;
  }
  checkAction(l, node);
  const int = value.kind === "bool" ? undefined : asInt(l, node, value);
  checkReturn(l, node, int);
  const result = value.kind === "bool" ? value.value : int && l.b.convert("trunc", "i32", int.value);
  l.b.ret(result);
}

/** MAX_ERRNO, include/linux/err.h. */
const maxErrno = 4095n;

/** The verifier looks at what comes back from some kinds of programs. */
function checkReturn(l: Lowering, node: ts.Node, value: IntOperand | undefined): void {
  const { kind, returns } = l.program;
  assert(returns !== "nothing", `TypeScript lets a ${kind} program answer something`);
  // A module's own variable may hold anything; constants on each path are what the verifier can follow.
  const isErrno = value && !value.loose && value.range.low >= -maxErrno && value.range.high <= 0n;
  if (returns === "errno" && !isErrno) report(l, node, "hookReturn");
}

/** False after a diagnostic. */
function bindContext(l: Lowering, context: Inst): boolean {
  const [parameter] = l.program.handler.parameters.filter(({ name }) => name.getText() !== "this");
  if (!parameter) return true;
  return bindParameter(l, parameter, parameter, contextOperand(l, context));
}

function contextOperand(l: Lowering, context: Inst): Operand {
  const { kind, schema } = l.program;
  if (!schema) return { kind: "ctx", value: context, programKind: kind, record: contextRecord(l, context) };
  return { kind: "memory", type: schema, base: context, offset: 0, align: 8, space: "context", record: undefined };
}

/** A tracepoint's handler names the record that it gets by the type of its parameter. */
function contextRecord(l: Lowering, context: Inst): KernelOperand | undefined {
  const [parameter] = l.program.handler.parameters;
  const type = parameter && l.program.kind === "tracepoint" ? l.checker.getTypeAtLocation(parameter) : undefined;
  const struct = type && kernelInterface(type) && kernelStruct(l, type);
  // The verifier takes loads from a context, at offsets that stand in the instruction.
  return struct && { ...trustedObject(struct, context), unchecked: false };
}
