// Reads the textual form of the IR that text.ts prints.

import { coreRelocKinds } from "../../btf/types.js";
import type { CoreRelocKind } from "../../btf/types.js";
import { atomicOperations, binaryOps, compareOps, targets } from "./ir.js";
import type {
  AtomicInst,
  AtomicOperation,
  BinaryOp,
  Block,
  CompareOp,
  ConvertInst,
  Func,
  Inst,
  IrModule,
  ParamInst,
  StoreInst,
  Target,
  Terminator,
  Type,
} from "./ir.js";
import {
  accept,
  atEnd,
  expect,
  fail,
  peek,
  take,
  takeBigint,
  takeIntType,
  takeList,
  takeMem,
  takeNumber,
  takeString,
  takeType,
  takeTypeOrVoid,
  takeValue,
  takeWord,
  tokenize,
} from "./tokens.js";
import type { Cursor } from "./tokens.js";

/** Reads what printModule prints. Ids are given in reading order. Throws an Error that names the line. */
export function parseModule(text: string): IrModule {
  const lines = text.split("\n").map((line, index) => tokenize(line, index + 1));
  const functions: Func[] = [];
  let state: FuncState | undefined;
  for (const cursor of lines) {
    if (atEnd(cursor)) continue;
    if (!state) {
      state = parseHeader(cursor);
    } else if (accept(cursor, "}")) {
      functions.push(finishFunc(state, cursor));
      state = undefined;
    } else {
      parseLine(cursor, state);
    }
    if (!atEnd(cursor)) fail(cursor, `unexpected ${JSON.stringify(peek(cursor))}`);
  }
  const last = lines.at(-1);
  if (state && last) fail(last, `function ${state.func.name} has no closing brace`);
  return { functions };
}

interface FuncState {
  readonly func: Func;
  readonly values: Map<string, Inst>;
  readonly blocks: Map<string, Block>;
  /** Operands may be defined further down: they are filled in at the end of the function. */
  readonly later: (() => void)[];
  readonly defined: Set<Block>;
  block: Block | undefined;
  terminated: boolean;
}

function parseHeader(cursor: Cursor): FuncState {
  expect(cursor, "func", "@");
  const name = peek(cursor).startsWith('"') ? takeString(cursor) : takeWord(cursor, "a function's name");
  const values = new Map<string, Inst>();
  const func = {
    name,
    section: undefined,
    linkage: "static",
    returns: "void",
    voidReturn: "zero",
    blocks: [],
    nextId: 0,
  } as {
    -readonly [K in keyof Func]: Func[K];
  };
  const entry: Block = { id: -1, params: [], insts: [], term: { op: "unreachable", span: undefined } };
  const state: FuncState = {
    func,
    values,
    blocks: new Map(),
    later: [],
    defined: new Set(),
    block: undefined,
    terminated: true,
  };
  entry.params = takeList(cursor, () => takeParam(cursor, state));
  expect(cursor, "->");
  func.returns = takeTypeOrVoid(cursor);
  if (accept(cursor, "section")) func.section = takeString(cursor);
  if (func.section !== undefined) for (const param of entry.params) Object.assign(param, { context: true });
  func.linkage = accept(cursor, "global") || func.section !== undefined ? "global" : "static";
  if (accept(cursor, "void"))
    func.voidReturn = take(cursor, "zero or anything", /^"(zero|anything)"$/).slice(1, -1) as "zero" | "anything";
  expect(cursor, "{");
  state.block = entry;
  return state;
}

function takeParam(cursor: Cursor, state: FuncState): ParamInst {
  const name = takeValue(cursor);
  expect(cursor, ":");
  const type = takeType(cursor);
  const isFree = accept(cursor, "free");
  const isContext = accept(cursor, "context");
  const param: ParamInst = {
    id: state.func.nextId++,
    op: "param",
    type,
    args: [],
    span: cursor.span,
    ...(isFree && { free: true }),
    ...(isContext && { context: true }),
  };
  define(cursor, state, name, param);
  return param;
}

function define(cursor: Cursor, state: FuncState, name: string, inst: Inst): void {
  if (state.values.has(name)) fail(cursor, `${name} is defined twice`);
  state.values.set(name, inst);
}

function blockNamed(state: FuncState, name: string): Block {
  const known = state.blocks.get(name);
  if (known) return known;
  const block: Block = { id: state.func.nextId++, params: [], insts: [], term: { op: "unreachable", span: undefined } };
  state.blocks.set(name, block);
  return block;
}

function parseLine(cursor: Cursor, state: FuncState): void {
  if (/^bb\d+$/.test(peek(cursor))) {
    parseLabel(cursor, state);
    return;
  }
  if (!state.block || state.func.blocks.length === 0) fail(cursor, "expected a block's label");
  if (state.terminated) fail(cursor, "the block has ended");
  const block = state.block;
  if (/^(jump|br|ret|unreachable)$/.test(peek(cursor))) {
    block.term = parseTerm(cursor, state);
    state.terminated = true;
    return;
  }
  const name = peek(cursor).startsWith("%") ? takeValue(cursor) : undefined;
  if (name) expect(cursor, "=");
  const inst = parseInst(cursor, state);
  if (name && inst.type === "void") fail(cursor, `${inst.op} gives no value`);
  if (!name && inst.type !== "void") fail(cursor, `${inst.op} gives a value that needs a name`);
  if (name) define(cursor, state, name, inst);
  block.insts.push(inst);
}

function parseLabel(cursor: Cursor, state: FuncState): void {
  if (state.func.blocks.length > 0 && !state.terminated) fail(cursor, "the block above has no terminator");
  const name = takeWord(cursor, "a label");
  const block = blockNamed(state, name);
  if (state.defined.has(block)) fail(cursor, `${name} is defined twice`);
  if (state.func.blocks.length === 0) block.params = state.block?.params ?? [];
  else if (peek(cursor) === "(") block.params = takeList(cursor, () => takeParam(cursor, state));
  expect(cursor, ":");
  state.func.blocks.push(block);
  state.defined.add(block);
  state.block = block;
  state.terminated = false;
}

function finishFunc(state: FuncState, cursor: Cursor): Func {
  if (state.func.blocks.length === 0) fail(cursor, `function ${state.func.name} has no blocks`);
  if (!state.terminated) fail(cursor, "the last block has no terminator");
  for (const [name, block] of state.blocks) {
    if (!state.defined.has(block)) fail(cursor, `${name} is not defined`);
  }
  for (const resolve of state.later) resolve();
  for (const block of state.func.blocks) {
    for (const target of targets(block.term)) {
      if (target.args.length !== target.block.params.length) fail(cursor, "an edge with the wrong number of arguments");
    }
  }
  return state.func;
}

/** Reads an operand's name and puts its value at `args[index]` once the function is complete. */
function operand(cursor: Cursor, state: FuncState, use: (value: Inst) => void): void {
  const name = takeValue(cursor);
  state.later.push(() => use(state.values.get(name) ?? fail(cursor, `${name} is not defined`)));
}

function parseTarget(cursor: Cursor, state: FuncState): Target {
  const block = blockNamed(state, take(cursor, "a label", /^bb\d+$/));
  const args: Inst[] = [];
  const argument = (): void => operand(cursor, state, (value) => args.push(value));
  if (peek(cursor) === "(") takeList(cursor, argument);
  return { block, args };
}

function parseTerm(cursor: Cursor, state: FuncState): Terminator {
  const op = takeWord(cursor, "a terminator");
  const span = cursor.span;
  if (op === "jump") return { op, target: parseTarget(cursor, state), span };
  if (op === "unreachable") return { op, span };
  if (op === "ret") {
    const term: Terminator = { op, value: undefined, span };
    if (!atEnd(cursor)) operand(cursor, state, (value) => (term.value = value));
    return term;
  }
  let cond: Inst | undefined;
  operand(cursor, state, (value) => (cond = value));
  expect(cursor, ",");
  const then = parseTarget(cursor, state);
  expect(cursor, ",");
  const term = { op: "br", then, else: parseTarget(cursor, state), span } as Terminator & { op: "br" };
  state.later.push(() => {
    if (cond) term.cond = cond;
  });
  return term;
}

type OtherBody<I> = I extends Inst ? Omit<I, "id" | "span" | "args"> & { readonly operands?: never } : never;
type Body = OtherBody<Inst> | { readonly op: CompareOp; readonly type: "i32"; readonly operands: Type };

function parseInst(cursor: Cursor, state: FuncState): Inst {
  const op = takeWord(cursor, "an instruction");
  const args: Inst[] = [];
  const value = (): void => operand(cursor, state, (inst) => args.push(inst));
  const place = (): number => {
    value();
    accept(cursor, "+");
    return takeNumber(cursor);
  };
  const body =
    parseMemory(cursor, op, value, place) ?? parseOther(cursor, op, value) ?? parseCompare(cursor, op, value);
  if (!body) fail(cursor, `unknown instruction ${JSON.stringify(op)}`);
  if (body.operands) {
    const { operands } = body;
    state.later.push(() => {
      if (args[0]?.type !== operands) fail(cursor, `${op} compares ${args[0]?.type ?? "?"}, not ${operands}`);
    });
    return { op: body.op, type: "i32", args, id: state.func.nextId++, span: cursor.span };
  }
  return { ...body, args, id: state.func.nextId++, span: cursor.span } as Inst;
}

function parseMemory(cursor: Cursor, op: string, value: () => void, place: () => number): Body | undefined {
  switch (op) {
    case "slot": {
      const size = takeNumber(cursor);
      expect(cursor, "align");
      return { op, type: "ptr", size, align: takeNumber(cursor), name: takeString(cursor) };
    }
    case "load": {
      const mem = takeMem(cursor);
      return { op, mem, type: takeIntType(cursor), offset: place() };
    }
    case "store": {
      const mem = take(cursor, "u8, u16, u32 or u64", /^u(8|16|32|64)$/) as StoreInst["mem"];
      const offset = place();
      expect(cursor, ",");
      value();
      return { op, type: "void", mem, offset };
    }
    case "atomic": {
      const operation = takeWord(cursor, "an atomic operation") as AtomicOperation;
      if (!atomicOperations.includes(operation)) fail(cursor, `unknown operation ${JSON.stringify(operation)}`);
      const mem = take(cursor, "u32 or u64", /^u(32|64)$/) as AtomicInst["mem"];
      const type = takeTypeOrVoid(cursor) as AtomicInst["type"];
      const offset = place();
      do {
        expect(cursor, ",");
        value();
      } while (peek(cursor) === ",");
      return { op, type, operation, mem, offset };
    }
    case "zero": {
      const offset = place();
      expect(cursor, ",");
      const size = takeNumber(cursor);
      expect(cursor, "align");
      return { op, type: "void", offset, size, align: takeNumber(cursor) };
    }
    case "copy": {
      const dstOffset = place();
      expect(cursor, ",");
      const srcOffset = place();
      expect(cursor, ",");
      const size = takeNumber(cursor);
      expect(cursor, "align");
      return { op, type: "void", dstOffset, srcOffset, size, align: takeNumber(cursor) };
    }
    case "kread": {
      const mem = takeMem(cursor);
      const type = takeIntType(cursor);
      value();
      return { op, mem, type };
    }
    case "kreadinto": {
      const dstOffset = place();
      expect(cursor, ",");
      value();
      expect(cursor, ",");
      return { op, type: "void", dstOffset, size: takeNumber(cursor) };
    }
    default:
      return undefined;
  }
}

function parseOther(cursor: Cursor, op: string, value: () => void): Body | undefined {
  if (op === "map" || op === "func") return { op, type: "ptr", name: takeString(cursor) };
  if (op === "data") {
    const section = takeString(cursor);
    accept(cursor, "+");
    return { op, type: "ptr", section, offset: takeNumber(cursor) };
  }
  if (op === "callfn") {
    const type = takeTypeOrVoid(cursor);
    const name = takeString(cursor);
    takeList(cursor, value);
    return { op, type, name };
  }
  if (op === "const") {
    const type = takeType(cursor);
    return { op, type, value: BigInt.asUintN(type === "i32" ? 32 : 64, takeBigint(cursor)) };
  }
  if (op === "call") {
    const type = takeTypeOrVoid(cursor);
    takeWord(cursor, "a helper's name");
    expect(cursor, "#");
    const helper = takeNumber(cursor);
    takeList(cursor, value);
    return { op, type, helper };
  }
  if (op === "core") {
    const type = takeIntType(cursor);
    const reloc = takeWord(cursor, "a relocation kind") as CoreRelocKind;
    if (!coreRelocKinds.includes(reloc)) fail(cursor, `unknown relocation kind ${JSON.stringify(reloc)}`);
    const typeKey = takeString(cursor);
    const access = takeString(cursor);
    expect(cursor, "=");
    return { op, type, reloc, typeKey, access, value: BigInt.asUintN(type === "i32" ? 32 : 64, takeBigint(cursor)) };
  }
  if (op === "forget") {
    const type = takeIntType(cursor);
    value();
    return { op, type };
  }
  const isConvert = /^(zext|sext|trunc|sext8|sext16|bswap16|bswap32|bswap64|ptr2int|int2ptr)$/.test(op);
  if (!isConvert && !binaryOps.has(op)) return undefined;
  const type = takeType(cursor);
  value();
  if (isConvert) {
    const isContext = op === "int2ptr" && accept(cursor, "context");
    return { op: op as ConvertInst["op"], type, ...(isContext && { context: true }) };
  }
  expect(cursor, ",");
  value();
  return { op: op as BinaryOp, type };
}

/** The type in the text is the operands'; the result is always i32. */
function parseCompare(cursor: Cursor, op: string, value: () => void): Body | undefined {
  if (!compareOps.has(op)) return undefined;
  const operands = takeType(cursor);
  value();
  expect(cursor, ",");
  value();
  return { op: op as CompareOp, type: "i32", operands };
}
