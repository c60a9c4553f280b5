// From a checked TypeScript program to an IR module: one function for each exported program.

import { programKinds } from "../../bpf/program-kinds.js";
import { assert } from "../../util/assert.js";
import { FunctionBuilder } from "../ir/builder.js";
import type { Func, IrModule } from "../ir/ir.js";
import type { Diagnostic } from "../diagnostic.js";
import { collectModule } from "./declarations.js";
import { at, type Activation, type Compilation, type Lowering } from "./lowering.js";
import { asInt } from "./expressions.js";
import type { KernelStruct, MapDeclaration, Operand, ProgramDeclaration } from "./operands.js";
import type { SourceProgram } from "./program.js";
import { lowerBody } from "./statements.js";
import type { Local } from "./variables.js";
import type ts from "typescript";

export interface LoweredModule {
  readonly ir: IrModule;
  readonly programs: readonly ProgramDeclaration[];
  /** Maps that the module exports or a program uses, in order of declaration. */
  readonly maps: readonly MapDeclaration[];
  /** Local types that CO-RE relocations name, by key. */
  readonly kernelStructs: ReadonlyMap<string, KernelStruct>;
  readonly diagnostics: readonly Diagnostic[];
}

export function lowerModule(source: SourceProgram): LoweredModule {
  const c: Compilation = {
    source,
    checker: source.checker,
    diagnostics: [],
    reported: new Set(),
    statics: new Map(),
    staticNodes: new Map(),
    maps: new Map(),
    programs: [],
    kernelStructs: new Map(),
    kernelKeys: new Set(),
  };
  collectModule(c);
  const functions = c.programs.map((program) => lowerProgram(c, program));
  return {
    ir: { functions },
    programs: c.programs,
    maps: [...c.maps.values()],
    kernelStructs: new Map([...c.kernelStructs.values()].map((struct) => [struct.key, struct])),
    diagnostics: c.diagnostics,
  };
}

function lowerProgram(c: Compilation, program: ProgramDeclaration): Func {
  const kind = programKinds.find((candidate) => candidate.name === program.kind);
  assert(kind, `program kind ${program.kind} has no row`);
  const section = `${kind.prefixes[0]}/${program.target}`;
  const voidReturn = kind.returnValue === "ignored" ? "anything" : "zero";
  const b = new FunctionBuilder(program.name, section, "i32", voidReturn);
  const context = b.addParam("ptr");
  const activation: Activation = {
    name: program.name,
    node: program.handler,
    caller: undefined,
    locals: new Map<ts.Symbol, Local>(),
    usings: [],
    loops: [],
    leave: (value, node) => leaveProgram(l, value, node),
  };
  const l: Lowering = { ...c, b, program, context, activation, loopCosts: [] };
  bindContext(l);
  at(l, program.handler, () => lowerBody(l, program.handler));
  const func = b.finish();
  return hasValue(func) ? func : { ...func, returns: "void" };
}

/** Every `return` of a program gives a value, or none does. */
function hasValue(func: Func): boolean {
  return func.blocks.some((block) => block.term.op === "ret" && block.term.value !== undefined);
}

function leaveProgram(l: Lowering, value: Operand, node: ts.Node): void {
  if (value.kind === "void" || value.kind === "error") {
    if (!l.b.terminated) l.b.ret(undefined);
    return;
  }
  const int = value.kind === "bool" ? undefined : asInt(l, node, value);
  const result = value.kind === "bool" ? value.value : int && l.b.convert("trunc", "i32", int.value);
  l.b.ret(result);
}

function bindContext(l: Lowering): void {
  const parameter = l.program.handler.parameters[0];
  const symbol = parameter && l.checker.getSymbolAtLocation(parameter.name);
  if (!symbol) return;
  const operand: Operand = { kind: "ctx", value: l.context, programKind: l.program.kind };
  l.activation.locals.set(symbol, { kind: "const", operand });
}
