// The compiler on one screen: check, lower to SSA, run the passes, generate code, write the object.

import { readFileSync } from "node:fs";
import { STACK_BYTES } from "../bpf/stack.js";
import type { CodegenProblem, CpuLevel } from "./codegen/code.js";
import type { Diagnostic } from "./diagnostic.js";
import { isDivided, lowerModule, type LoweredModule } from "./frontend/lower.js";
import { diagnosticSpan, openProgram, spanInSource, type SourceProgram } from "./frontend/program.js";
import { reachableFunctions } from "./ir/cfg.js";
import type { SlotInst } from "./ir/ir.js";
import { printModule } from "./ir/text.js";
import { fillIn, messages, type MessageName } from "./messages.js";
import { assembleObject, type CompiledFunction } from "./object.js";
import { listing } from "./listing.js";
import { defaultKernel, isAtLeast, loopsSince, parseKernel } from "./frontend/target.js";
import { tooDeep } from "./frontend/too-deep.js";
import { scratchDeclaration } from "./frontend/map-declarations.js";
import { USED_MAPS_MAX, usedMaps } from "./used-maps.js";
import { assert } from "../util/assert.js";
import { generateModule } from "./module-code.js";
import { scratchSize } from "./passes/move-slots.js";
import { allPasses, runPasses } from "./passes/pipeline.js";

export interface CompileOptions {
  readonly file: string;
  /** The instruction set level; v3 unless it is given (Linux 5.1 and later). */
  readonly cpu?: CpuLevel;
  /** The oldest kernel that the object must run on, "5.10" unless it is given. Below 5.3 loops are unrolled. */
  readonly kernel?: string;
  /** Gets the program's text at each stage of {@link dumpNames}. */
  readonly dump?: (name: string, text: string) => void;
  /** Run the optimising passes: "all" unless it is given. "none" leaves only what lowering needs. */
  readonly passes?: "all" | "none";
  /** Check the IR after every pass (for tests: our own mistakes). */
  readonly verify?: boolean;
}

export interface CompileResult {
  /** The ELF file; undefined when there is an error among the diagnostics. */
  readonly object: Uint8Array<ArrayBuffer> | undefined;
  /** Errors, or notes on what was done where there is no error. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The stages that can be dumped, in order: the IR as lowered, after each pass, and the machine code. */
export const dumpNames: readonly string[] = ["ir", ...allPasses.map((pass) => pass.name), "asm"];

/** Compiles the programs that a module exports into one object. The user's mistakes are in the result, never thrown. */
export function compile(options: CompileOptions): CompileResult {
  try {
    return compileFile(options);
  } catch (error) {
    const problem = tooDeep(error, options.file);
    if (!problem) throw error;
    return failed([problem]);
  }
}

function compileFile(options: CompileOptions): CompileResult {
  // What is dumped is dumped once, with a mistake too.
  const source = openProgram(options.file, options.dump ? "own" : "shared");
  if (!source) return failed([unreadable(options.file)]);
  const result = compileSource(source, options);
  if (result.object || !source.isShared) return result;
  // A diagnostic may show types: in the same order, whatever was compiled before.
  return compileSource(openProgram(options.file, "own") ?? source, options);
}

function compileSource(source: SourceProgram, options: CompileOptions): CompileResult {
  if (source.diagnostics.length > 0) return failed(source.diagnostics);
  const lowered = optimise(source, options);
  return lowered.diagnostics.length > 0 ? failed(lowered.diagnostics) : emit(source, lowered, options);
}

/** A checked module as IR after the passes; what is left depends on the level of the instruction set alone. */
export function optimise(
  source: SourceProgram,
  options: Omit<CompileOptions, "file">,
  functions: "called" | "inlined" = "called",
): LoweredModule {
  const kernel = options.kernel === undefined ? defaultKernel : parseKernel(options.kernel);
  assert(kernel, `'${options.kernel}' is no kernel version: "5.10" is one`);
  const lowered = lowerModule(source, { cpu: options.cpu ?? "v3", kernel }, functions);
  if (lowered.diagnostics.length > 0) return lowered;
  const { dump } = options;
  dump?.("ir", printModule(lowered.ir));
  runPasses(lowered.ir, {
    verify: options.verify ?? false,
    passes: options.passes ?? "all",
    loops: isAtLeast(kernel, loopsSince),
    ...(dump && { dump }),
  });
  return lowered;
}

/** The object of an optimised module. The module stays as it is: it can be emitted for another level too. */
export function emit(
  source: SourceProgram,
  lowered: LoweredModule,
  options: Omit<CompileOptions, "file">,
): CompileResult {
  const cpu = options.cpu ?? "v3";
  const functions: CompiledFunction[] = [];
  const diagnostics: Diagnostic[] = [];
  const notes: Diagnostic[] = [];
  const { names } = lowered;
  const funcs = reachableFunctions(lowered.ir.functions);
  // Copies of functions may need less than calls, and nothing that has to move.
  const chains = isDivided(lowered) ? "as-they-are" : "fit";
  const { functions: made, scratch, depths } = generateModule({ funcs, options: { cpu }, names }, chains);
  const programs = new Map(lowered.programs.map(({ name, node }) => [name, node]));
  for (const { name, section = ".text", code, moved } of made) {
    const subprogram = lowered.subprograms.get(name);
    const node = subprogram?.node ?? programs.get(name) ?? source.entry;
    if (code.kind !== "code") {
      diagnostics.push(codegenDiagnostic(code, name, cpu, diagnosticSpan(node)));
    } else {
      functions.push({ name, section, code, signature: subprogram?.signature });
      notes.push(...movedNotes(source, name, scratch.name, moved));
    }
  }
  for (const { name, node } of lowered.programs) {
    const size = depths.get(name)?.bytes ?? 0;
    if (size <= STACK_BYTES) continue;
    const values = { name, size, limit: STACK_BYTES };
    diagnostics.push(diagnostic("frameTooLarge", values, diagnosticSpan(node)));
  }
  const mapCounts = usedMaps(functions);
  for (const { name, node } of lowered.programs) {
    const count = mapCounts.get(name) ?? 0;
    if (count <= USED_MAPS_MAX) continue;
    diagnostics.push(diagnostic("tooManyMaps", { name, count, limit: USED_MAPS_MAX }, diagnosticSpan(node)));
  }
  // Each function has a frame of its own: together they may need what one frame for all does not.
  if (diagnostics.length > 0 && isDivided(lowered)) {
    return emit(source, optimise(source, options, "inlined"), options);
  }
  if (diagnostics.length > 0) return failed(diagnostics);
  options.dump?.("asm", functions.map(listing).join("\n"));
  const maps = [...lowered.maps];
  if (scratch.elements > 0) {
    maps.push(scratchDeclaration(scratch.name, scratch.valueBytes, scratch.elements, source.entry));
  }
  const { license, data, kernelRoots } = lowered;
  const object = assembleObject({ license, functions, maps, data, kernelRoots, lineText: source.lineText });
  return { object, diagnostics: notes };
}

/** One note for each variable that is in a map now. */
function movedNotes(
  source: SourceProgram,
  program: string,
  map: string,
  moved: readonly SlotInst[],
): readonly Diagnostic[] {
  const { code, text, cure } = messages.movedToMap;
  const total = moved.reduce((sum, slot) => sum + scratchSize(slot), 0);
  return moved.map(({ name, size, span }) => {
    const values = { name, size, map, program, total };
    const place = span && spanInSource(source, span);
    return { code, severity: "note", message: fillIn(text, values), span: place, notes: [fillIn(cure, values)] };
  });
}

function failed(diagnostics: readonly Diagnostic[]): CompileResult {
  return { object: undefined, diagnostics };
}

function diagnostic(name: MessageName, values: Record<string, string | number>, span: Diagnostic["span"]): Diagnostic {
  const { code, text, cure } = messages[name];
  return { code, severity: "error", message: fillIn(text, values), span, notes: [fillIn(cure, values)] };
}

function codegenDiagnostic(problem: CodegenProblem, name: string, cpu: CpuLevel, span: Diagnostic["span"]): Diagnostic {
  if (problem.kind === "frame-too-large") {
    const { sizeBytes, limitBytes } = problem;
    return diagnostic("frameTooLarge", { name, size: sizeBytes, limit: limitBytes }, span);
  }
  return diagnostic("jumpTooFar", { name, cpu }, span);
}

function unreadable(file: string): Diagnostic {
  let reason = "it is not a TypeScript file";
  try {
    readFileSync(file);
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  return diagnostic("fileNotFound", { file: `${file} (${reason})` }, undefined);
}
