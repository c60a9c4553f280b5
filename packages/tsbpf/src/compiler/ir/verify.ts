// The invariants of the IR, checked between passes in tests. A violation is a mistake of ours: an AssertionError that
// names function, block and instruction.
//
// Function
//   * there is an entry block; its parameters are the function's; no edge leads to it
//   * every block is reachable, and every edge leads to a block of the function
//   * ids of instructions, parameters and blocks are unique and below nextId
//   * voidReturn "anything" only with result void
// Edges and terminators
//   * an edge has one argument for each parameter of its target, of the same type
//   * a branch's condition is i32
//   * ret gives a value of the function's result type, or none when that is void
// Values
//   * every operand is defined in a block that dominates its use, and before it within the block
//   * an operand is a parameter or gives a value (not void); parameters stand in block.params only
//   * constants are in the range of their type; a ptr constant is 0
//   * binary: two i32 or two i64, the result alike; or add/sub (ptr, i64) -> ptr
//   * comparisons: two operands of one type, result i32
//   * zext, sext: i32 -> i64; trunc: i64 -> i32; sext8, sext16: within i32 or i64
//   * ptr2int and address: ptr -> i64; int2ptr: i64 -> ptr
//   * core gives i32 or i64 and its value is in range; map and slot give ptr
// Memory
//   * slots stand in the entry block, have a size above 0 and an alignment of 1, 2, 4 or 8
//   * addresses are ptr; offsets fit a signed 32-bit number; sizes are positive; alignments are 1, 2, 4 or 8
//   * load and kread give i32 (not of u64) or i64
//   * store takes i32 (not for u64) or i64, or a ptr for u64
//   * the offset of zero and copy on a slot, and their size, stay within it, as do loads and stores
//   * a call has at most five operands

import { assert } from "../../util/assert.js";
import { buildCfg, buildDomTree, dominates, termArgs } from "./cfg.js";
import type { Cfg, DomTree } from "./cfg.js";
import { isBinary, isCompare, memSize, targets } from "./ir.js";
import type { AtomicInst, BinaryInst, Block, ConvertInst, Func, Inst, IrModule, Terminator, Type } from "./ir.js";
import { nameFunc, printInst, printTerm } from "./text.js";

export function verifyModule(module: IrModule): void {
  for (const func of module.functions) verifyFunc(func);
}

export function verifyFunc(func: Func): void {
  const entry = func.blocks[0];
  assert(entry, `function ${func.name}: no entry block`);
  assert(
    func.voidReturn === "zero" || func.returns === "void",
    `function ${func.name}: void return of ${func.returns}`,
  );
  verifyBlocks(func);
  const cfg = buildCfg(func);
  const context: Context = { func, cfg, tree: buildDomTree(cfg), places: placesOf(func) };
  for (const block of func.blocks) verifyBlock(context, block, block === entry);
}

interface Place {
  readonly block: Block;
  /** Position in the block; -1 for a parameter. */
  readonly index: number;
}

interface Context {
  readonly func: Func;
  readonly cfg: Cfg;
  readonly tree: DomTree;
  readonly places: ReadonlyMap<Inst, Place>;
}

/** Ids and edges: what must hold before a flow graph can be built. */
function verifyBlocks(func: Func): void {
  const known = new Set(func.blocks);
  const ids = new Set<number>();
  const claim = (id: number, what: string): void => {
    assert(
      Number.isInteger(id) && id >= 0 && id < func.nextId,
      `function ${func.name}: id ${id} of ${what} is not below ${func.nextId}`,
    );
    assert(!ids.has(id), `function ${func.name}: id ${id} of ${what} is not unique`);
    ids.add(id);
  };
  for (const [index, block] of func.blocks.entries()) {
    claim(block.id, "a block");
    for (const param of block.params) claim(param.id, "a parameter");
    for (const inst of block.insts) claim(inst.id, inst.op);
    for (const target of targets(block.term)) {
      const where = `function ${func.name}, block ${index}`;
      assert(known.has(target.block), `${where}: an edge leaves the function`);
      assert(target.block !== func.blocks[0], `${where}: an edge to the entry block`);
    }
  }
}

function placesOf(func: Func): Map<Inst, Place> {
  const places = new Map<Inst, Place>();
  for (const block of func.blocks) {
    for (const param of block.params) places.set(param, { block, index: -1 });
    for (const [index, inst] of block.insts.entries()) places.set(inst, { block, index });
  }
  return places;
}

function verifyBlock(context: Context, block: Block, isEntry: boolean): void {
  const { func } = context;
  const names = nameFuncLazily(func);
  const check = (ok: boolean, what: () => string, message: string): void => {
    if (!ok) assert(false, `function ${func.name}, ${names().block(block)}, ${what()}: ${message}`);
  };
  check(context.cfg.index.has(block), () => "block", "it cannot be reached");
  for (const param of block.params) check(param.op === "param" && isType(param.type), () => "parameter", "its type");
  for (const [index, inst] of block.insts.entries()) {
    const text = (): string => `"${printInst(inst, names())}"`;
    check(inst.op !== "param", text, "a parameter among the instructions");
    check(isEntry || inst.op !== "slot", text, "a slot outside the entry block");
    for (const arg of inst.args) check(isDefinedAt(context, arg, block, index), text, "an operand is not defined here");
    const complaint = complaintAbout(inst);
    check(complaint === undefined, text, complaint ?? "");
  }
  const text = (): string => `"${printTerm(block.term, names())}"`;
  for (const arg of termArgs(block.term)) {
    check(isDefinedAt(context, arg, block, block.insts.length), text, "an operand is not defined here");
  }
  const complaint = complaintAboutTerm(block.term, func);
  check(complaint === undefined, text, complaint ?? "");
}

/** Names are only worked out when there is something to complain about. */
function nameFuncLazily(func: Func): () => ReturnType<typeof nameFunc> {
  let names: ReturnType<typeof nameFunc> | undefined;
  return () => (names ??= nameFunc(func));
}

function isDefinedAt(context: Context, value: Inst, block: Block, index: number): boolean {
  const place = context.places.get(value);
  if (!place || value.type === "void") return false;
  return place.block === block ? place.index < index : dominates(context.tree, place.block, block);
}

function complaintAboutTerm(term: Terminator, func: Func): string | undefined {
  if (term.op === "br" && term.cond.type !== "i32") return `a condition of type ${term.cond.type}`;
  if (term.op === "ret" && (term.value?.type ?? "void") !== func.returns) return `the function returns ${func.returns}`;
  for (const target of targets(term)) {
    const { params } = target.block;
    if (target.args.length !== params.length) return `${target.args.length} arguments for ${params.length} parameters`;
    const wrong = params.findIndex((param, index) => param.type !== target.args[index]?.type);
    if (wrong >= 0) return `argument ${wrong} is not ${params[wrong]?.type}`;
  }
  return undefined;
}

function complaintAbout(inst: Inst): string | undefined {
  const [first, second] = inst.args.map((arg) => arg.type);
  const expected = operandCount(inst);
  if (expected !== undefined && inst.args.length !== expected) return `${inst.args.length} operands, not ${expected}`;
  if (isBinary(inst)) return complaintAboutBinary(inst, first, second);
  if (isCompare(inst)) return first === second && inst.type === "i32" ? undefined : "its types";
  switch (inst.op) {
    case "const":
      return inRange(inst.value, inst.type) && (inst.type !== "ptr" || inst.value === 0n) ? undefined : "its range";
    case "core":
      return isInt(inst.type) && inRange(inst.value, inst.type) ? undefined : "its type or range";
    case "call":
      return inst.args.length <= 5 ? undefined : "more than five operands";
    case "callfn":
      return inst.args.length <= 5 ? undefined : "more than five operands";
    case "map":
    case "func":
    case "data":
      return inst.type === "ptr" ? undefined : "its type";
    case "forget":
      return isInt(inst.type) && first === inst.type ? undefined : "its types";
    case "zext":
    case "sext":
    case "trunc":
    case "sext8":
    case "sext16":
    case "bswap16":
    case "bswap32":
    case "bswap64":
    case "ptr2int":
    case "address":
    case "int2ptr":
      return isConversion(inst, first) ? undefined : "its types";
    default:
      return complaintAboutMemory(inst);
  }
}

function complaintAboutBinary(
  inst: BinaryInst,
  left: string | undefined,
  right: string | undefined,
): string | undefined {
  if (inst.type !== left) return "its types";
  if (left === "ptr")
    return (inst.op === "add" || inst.op === "sub") && right === "i64" ? undefined : "arithmetic on ptr";
  return left === right && isInt(inst.type) ? undefined : "its types";
}

function isConversion(inst: ConvertInst, from: string | undefined): boolean {
  switch (inst.op) {
    case "zext":
    case "sext":
      return from === "i32" && inst.type === "i64";
    case "trunc":
      return from === "i64" && inst.type === "i32";
    case "sext8":
    case "sext16":
      return from === inst.type && isInt(inst.type);
    case "bswap16":
    case "bswap32":
      return from === "i32" && inst.type === "i32";
    case "bswap64":
      return from === "i64" && inst.type === "i64";
    case "ptr2int":
    case "address":
      return from === "ptr" && inst.type === "i64";
    case "int2ptr":
      return from === "i64" && inst.type === "ptr";
  }
}

function complaintAboutMemory(inst: Inst): string | undefined {
  const [first, second] = inst.args.map((arg) => arg.type);
  switch (inst.op) {
    case "slot":
      if (inst.type !== "ptr") return "its type";
      return isSize(inst.size) && isAlign(inst.align) ? undefined : "its size or alignment";
    case "load":
    case "kread":
      if (first !== "ptr") return "an address that is not ptr";
      if (!isInt(inst.type) || (inst.type === "i32" && inst.mem === "u64")) return "its width";
      return inst.op === "load" ? complaintAboutPlace(inst.args[0], inst.offset, memSize(inst.mem)) : undefined;
    case "store":
      if (first !== "ptr") return "an address that is not ptr";
      if (inst.mem === "u64" ? second !== "i64" && second !== "ptr" : second !== "i32" && second !== "i64")
        return "its width";
      return complaintAboutPlace(inst.args[0], inst.offset, memSize(inst.mem));
    case "atomic":
      return complaintAboutAtomic(inst);
    case "zero":
      if (first !== "ptr") return "an address that is not ptr";
      if (!isSize(inst.size) || !isAlign(inst.align)) return "its size or alignment";
      return complaintAboutPlace(inst.args[0], inst.offset, inst.size);
    case "copy":
      if (first !== "ptr" || second !== "ptr") return "an address that is not ptr";
      if (!isSize(inst.size) || !isAlign(inst.align)) return "its size or alignment";
      return (
        complaintAboutPlace(inst.args[0], inst.dstOffset, inst.size) ??
        complaintAboutPlace(inst.args[1], inst.srcOffset, inst.size)
      );
    case "kreadinto":
      if (first !== "ptr" || second !== "ptr") return "an address that is not ptr";
      if (!isSize(inst.size)) return "its size";
      return complaintAboutPlace(inst.args[0], inst.dstOffset, inst.size);
    default:
      return undefined;
  }
}

function complaintAboutAtomic(inst: AtomicInst): string | undefined {
  const [pointer, ...values] = inst.args;
  const type = inst.mem === "u64" ? "i64" : "i32";
  if (pointer?.type !== "ptr") return "an address that is not ptr";
  if (values.length !== (inst.operation === "cmpxchg" ? 2 : 1)) return "its number of operands";
  if (values.some((value) => value.type !== type)) return "its width";
  const gives = inst.operation === "xchg" || inst.operation === "cmpxchg";
  if (inst.type !== type && (gives || inst.type !== "void")) return "its type";
  return complaintAboutPlace(pointer, inst.offset, memSize(inst.mem));
}

function complaintAboutPlace(base: Inst | undefined, offset: number, size: number): string | undefined {
  if (!Number.isInteger(offset) || Math.abs(offset) > 0x7fffffff) return "its offset";
  if (base?.op === "slot" && (offset < 0 || offset + size > base.size)) return `outside the slot of ${base.size} bytes`;
  return undefined;
}

function operandCount(inst: Inst): number | undefined {
  if (isBinary(inst) || isCompare(inst)) return 2;
  switch (inst.op) {
    case "param":
    case "const":
    case "slot":
    case "map":
    case "data":
    case "func":
    case "core":
      return 0;
    case "call":
    case "callfn":
    case "atomic":
      return undefined;
    case "store":
    case "copy":
    case "kreadinto":
      return 2;
    default:
      return 1;
  }
}

function isInt(type: Type | "void"): boolean {
  return type === "i32" || type === "i64";
}

function isType(type: string): boolean {
  return type === "i32" || type === "i64" || type === "ptr";
}

function inRange(value: bigint, type: Type): boolean {
  return value >= 0n && value < (type === "i32" ? 1n << 32n : 1n << 64n);
}

function isSize(size: number): boolean {
  return Number.isInteger(size) && size > 0;
}

function isAlign(align: number): boolean {
  return align === 1 || align === 2 || align === 4 || align === 8;
}
