// What all of the front end shares while it lowers: where diagnostics go, the checker, and the activation at hand.

import { ts } from "./typescript.js";
import { assert } from "../../util/assert.js";
import type { Diagnostic } from "../diagnostic.js";
import type { FunctionBuilder, Variable } from "../ir/builder.js";
import type { Block, Inst } from "../ir/ir.js";
import { fillIn, messages, type MessageName } from "../messages.js";
import type { KernelRoot } from "./kernel-types.js";
import type { MapDeclaration, Operand, ProgramDeclaration, Range, RecordState, Static } from "./operands.js";
import { diagnosticSpan, sourceSpan, type SourceProgram } from "./program.js";
import type { ModuleData } from "./data-sections.js";
import type { KernelVersion } from "./target.js";
import type { LoopCost } from "./loops.js";
import type { Subprograms, Traits } from "./subprograms.js";
import type { StructType } from "./types.js";
import type { Local } from "./variables.js";

/** What the program is compiled for. */
export interface Target {
  /** The instruction set level. */
  readonly cpu: "v1" | "v2" | "v3" | "v4";
  /** The oldest kernel that the object must run on. */
  readonly kernel: KernelVersion;
}

/** One compilation: everything that is known about the module and its imports. */
export interface Compilation {
  readonly source: SourceProgram;
  readonly target: Target;
  readonly checker: ts.TypeChecker;
  /** The machine that the programs are for, by Node's name: registers of traced functions differ. */
  readonly arch: string;
  readonly diagnostics: Diagnostic[];
  /** Places that have a diagnostic already (the same source may be inlined many times). */
  readonly reported: Set<string>;
  readonly statics: Map<ts.Symbol, Static>;
  /** What expressions are at compile time; undefined for those that were looked at and are nothing then. */
  readonly staticNodes: Map<ts.Node, Static | undefined>;
  /** What {@link symbolOf} has found: TypeScript looks every name up anew. */
  readonly symbols: Map<ts.Node, ts.Symbol | undefined>;
  /** The structs that the modules declare, by the TypeScript type of their values. */
  readonly structs: Map<ts.Type, StructType>;
  readonly maps: Map<string, MapDeclaration>;
  readonly data: ModuleData;
  /** The program that first makes tail calls through an array of programs, by the array's name. */
  readonly tailCallers: Map<string, ProgramDeclaration>;
  /** What the object's names stand for. */
  readonly names: Map<string, ts.Node>;
  readonly programs: ProgramDeclaration[];
  /** Kernel types by the symbol of their interface. */
  readonly kernelRoots: Map<ts.Symbol, KernelRoot>;
  readonly kernelKeys: Set<string>;
  readonly subprograms: Subprograms;
  readonly longLoops: LongLoops;
}

/** Loops that are too long for the verifier, and what speaks against a callback instead, once that was tried. */
export type LongLoops = Map<ts.Node, readonly Diagnostic[] | undefined>;

/** A `using` record of the scope: discarded on every way out unless it was ended before. */
export interface UsingRecord {
  readonly live: Variable;
  readonly pointer: Inst;
}

/** A statement that `break` can leave: a loop, a `switch`, or anything with a label. */
export interface JumpFrame {
  readonly labels: readonly string[];
  /** A loop or a `switch`: a jump without a label means the innermost of these. */
  readonly isPlain: boolean;
  readonly breakBlock: Block;
  /** Only in a loop. */
  readonly continueBlock: Block | undefined;
  /** How many `using` records were open outside the statement. */
  readonly usingDepth: number;
}

/** One activation of a function: the program's handler or an inlined call. */
export interface Activation {
  readonly name: string;
  readonly node: ts.Node;
  readonly caller: Activation | undefined;
  readonly locals: Map<ts.Symbol, Local>;
  readonly usings: UsingRecord[];
  readonly jumps: JumpFrame[];
  /** Ends the activation with this value (already converted to the return type). */
  readonly leave: (value: Operand, node: ts.Node) => void;
}

export interface Lowering extends Compilation {
  readonly b: FunctionBuilder;
  readonly program: ProgramDeclaration;
  activation: Activation;
  /** Loops lowered so far that are not part of another one. */
  readonly loopCosts: LoopCost[];
  /** Bounds that the verifier knows: of counters that go from one constant to another, of what `Math.min` gave. */
  readonly counters: Map<Inst, Range>;
  /** Where memory begins that a long loop's rounds share: of what they store there the verifier must know nothing. */
  readonly sharedByRounds: Set<Inst>;
  /** For each view of the packet so far, the variable that is 1 once it does not hold. */
  readonly packetViews: Variable[];
  /** Uses of records whose state is only known when the loops around them are complete. */
  readonly recordUses: RecordUse[];
  readonly traits: Traits;
}

/** A place that uses a reserved record or a view; `live` is what its variable is there. */
export interface RecordUse {
  readonly kind: RecordState["kind"];
  readonly node: ts.Node;
  readonly live: Inst;
}

type Values = Readonly<Record<string, string | number | bigint>>;

/** Adds a diagnostic at `node`; the same one at the same place is given once. */
export function report(c: Compilation, node: ts.Node, name: MessageName, values: Values = {}): void {
  const message = messages[name];
  const span = diagnosticSpan(node);
  const filled = fillIn(message.text, values);
  // What a value is described as may begin the sentence.
  const text = name === "notAValue" ? filled.charAt(0).toUpperCase() + filled.slice(1) : filled;
  const key = `${span.file}:${span.line}:${span.column} ${message.code} ${text}`;
  if (c.reported.has(key)) return;
  c.reported.add(key);
  c.diagnostics.push({
    code: message.code,
    severity: "error",
    message: text,
    span,
    notes: [fillIn(message.cure, values)],
  });
}

/** Runs `work` with the span of `node` on the instructions it makes. */
export function at<T>(l: Lowering, node: ts.Node, work: () => T): T {
  const before = l.b.span;
  l.b.span = sourceSpan(node, l.source.rootFolder);
  const result = work();
  l.b.span = before;
  return result;
}

/** The symbol behind an identifier, through imports. */
export function symbolOf(c: Compilation, node: ts.Node): ts.Symbol | undefined {
  const known = c.symbols.get(node);
  if (known || c.symbols.has(node)) return known;
  const found = findSymbol(c, node);
  c.symbols.set(node, found);
  return found;
}

function findSymbol(c: Compilation, node: ts.Node): ts.Symbol | undefined {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? c.checker.getShorthandAssignmentValueSymbol(node.parent)
    : c.checker.getSymbolAtLocation(node);
  if (!symbol) return undefined;
  return symbol.flags & ts.SymbolFlags.Alias ? c.checker.getAliasedSymbol(symbol) : symbol;
}

/** The local with this symbol, in the activation that declares it. */
export function findLocal(l: Lowering, symbol: ts.Symbol): Local | undefined {
  return l.activation.locals.get(symbol);
}

/** A branch of control flow that ends in `block`, unless the code before it has left already. */
export function jumpTo(l: Lowering, block: Block): void {
  if (!l.b.terminated) l.b.jump(block);
}

/** Starts `block`, to which all jumps have been made. */
export function startSealed(l: Lowering, block: Block): void {
  assert(l.b.terminated, "a block begins inside another");
  l.b.seal(block);
  l.b.start(block);
}
