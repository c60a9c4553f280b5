// Builds functions in SSA form while the front end walks the source: Braun et al., "Simple and Efficient
// Construction of Static Single Assignment Form" (2013), with block parameters in the place of phis.

import { assert, fail } from "../../util/assert.js";
import type { CoreRelocKind } from "../../btf/types.js";
import { replaceIn, replaceInTerm } from "./cfg.js";
import { targets, withIdentity } from "./ir.js";
import type {
  AtomicInst,
  AtomicOperation,
  BinaryOp,
  Block,
  CompareOp,
  ConvertInst,
  Func,
  Inst,
  MemType,
  NewInst,
  ParamInst,
  SlotInst,
  Span,
  StoreInst,
  Target,
  Terminator,
  Type,
} from "./ir.js";

/** A source variable. Its identity is the object; `name` is for dumps. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
  /** Its parameters are free (see ir.ts). */
  readonly free?: true;
}

interface BlockState {
  readonly predecessors: Target[];
  readonly definitions: Map<Variable, Inst>;
  /** Parameters made before all predecessors were known. */
  readonly incomplete: Map<Variable, ParamInst>;
  sealed: boolean;
  terminated: boolean;
  /** Started without a predecessor: nothing that leaves it counts as an edge. */
  dead: boolean;
}

/** A block parameter that takes another value as an argument on some edge. */
interface ParamUser {
  readonly block: Block;
  readonly param: ParamInst;
}

export class FunctionBuilder {
  readonly func: Func;
  span: Span | undefined;
  #current: Block;
  readonly #states = new Map<Block, BlockState>();
  /** Replaced trivial parameters, so that values the caller still holds can be resolved. */
  readonly #replaced = new Map<Inst, Inst>();
  readonly #constants: Readonly<Record<Type, Map<bigint, Inst>>> = { i32: new Map(), i64: new Map(), ptr: new Map() };
  readonly #constantList: Inst[] = [];
  readonly #slots: SlotInst[] = [];

  constructor(name: string, section: string | undefined, returns: Type | "void", voidReturn: "zero" | "anything") {
    const linkage = section === undefined ? "static" : "global";
    this.func = { name, section, linkage, returns, voidReturn, blocks: [], nextId: 0 };
    this.#current = this.createBlock();
    this.seal(this.#current);
    this.func.blocks.push(this.#current);
  }

  // ---- blocks -------------------------------------------------------------------------------------------------

  get current(): Block {
    return this.#current;
  }

  /** True after a terminator: what follows in the source cannot be reached. */
  get terminated(): boolean {
    return this.#state(this.#current).terminated;
  }

  /** True in code that nothing leads to. */
  get unreachableHere(): boolean {
    const state = this.#state(this.#current);
    return state.terminated || state.dead;
  }

  /** A block without predecessors yet; it joins the function when control is first led to it by {@link start}. */
  createBlock(): Block {
    const block: Block = {
      id: this.func.nextId++,
      params: [],
      insts: [],
      term: { op: "unreachable", span: undefined },
    };
    this.#states.set(block, {
      predecessors: [],
      definitions: new Map(),
      incomplete: new Map(),
      sealed: false,
      terminated: false,
      dead: false,
    });
    return block;
  }

  /** Goes on in `block`. Blocks are laid out in the order in which they are started. */
  start(block: Block): void {
    if (!this.terminated) fail(`block ${this.#current.id} has no terminator`);
    const state = this.#state(block);
    state.dead = state.predecessors.length === 0;
    this.func.blocks.push(block);
    this.#current = block;
  }

  /** All predecessors of `block` are known now. */
  seal(block: Block): void {
    const state = this.#state(block);
    if (state.sealed) fail(`block ${block.id} is sealed twice`);
    state.sealed = true;
    for (const [variable, param] of state.incomplete) this.#fillParams(variable, [{ block, param }]);
    state.incomplete.clear();
  }

  isReachable(block: Block): boolean {
    return this.#state(block).predecessors.length > 0;
  }

  /** `isContext`: the context of a program. */
  addParam(type: Type, isContext = false): ParamInst {
    const id = this.func.nextId++;
    const param: ParamInst = { id, op: "param", type, args: [], span: this.span, ...(isContext && { context: true }) };
    this.#current.params.push(param);
    return param;
  }

  // ---- variables ----------------------------------------------------------------------------------------------

  write(variable: Variable, value: Inst): void {
    if (value.type !== variable.type) fail(`variable ${variable.name} is ${variable.type}, not ${value.type}`);
    this.#state(this.#current).definitions.set(variable, value);
  }

  read(variable: Variable): Inst {
    return this.#read(variable, this.#current);
  }

  /** The value that took the place of `value` when a block parameter turned out to be superfluous. */
  resolve(value: Inst): Inst {
    let end = value;
    for (let next = this.#replaced.get(end); next; next = this.#replaced.get(end)) end = next;
    // The way is shortened for those who come after.
    let current = value;
    for (let next = this.#replaced.get(current); next && next !== end; next = this.#replaced.get(current)) {
      this.#replaced.set(current, end);
      current = next;
    }
    return end;
  }

  readonly #resolve = (value: Inst): Inst => this.resolve(value);

  // ---- terminators --------------------------------------------------------------------------------------------

  jump(block: Block): void {
    const target: Target = { block, args: [] };
    this.#terminate({ op: "jump", target, span: this.span }, [target]);
  }

  branch(cond: Inst, then: Block, otherwise: Block): void {
    const thenTarget: Target = { block: then, args: [] };
    const elseTarget: Target = { block: otherwise, args: [] };
    if (cond.type !== "i32") fail(`a branch on ${cond.type}`);
    this.#terminate({ op: "br", cond: this.resolve(cond), then: thenTarget, else: elseTarget, span: this.span }, [
      thenTarget,
      elseTarget,
    ]);
  }

  ret(value: Inst | undefined): void {
    this.#terminate({ op: "ret", value: value && this.resolve(value), span: this.span }, []);
  }

  unreachable(): void {
    this.#terminate({ op: "unreachable", span: this.span }, []);
  }

  // ---- instructions -------------------------------------------------------------------------------------------

  /** Constants are shared within a function and stand in the entry block. */
  constant(type: Type, value: bigint): Inst {
    const bits = type === "i32" ? 32 : 64;
    const wrapped = BigInt.asUintN(bits, value);
    const known = this.#constants[type].get(wrapped);
    if (known) return known;
    const inst: Inst = { id: this.func.nextId++, op: "const", type, args: [], span: undefined, value: wrapped };
    this.#constants[type].set(wrapped, inst);
    this.#constantList.push(inst);
    return inst;
  }

  slot(name: string, size: number, align: number): Inst {
    const inst: SlotInst = {
      id: this.func.nextId++,
      op: "slot",
      type: "ptr",
      args: [],
      span: this.span,
      size,
      align,
      name,
    };
    this.#slots.push(inst);
    return inst;
  }

  binary(op: BinaryOp, left: Inst, right: Inst): Inst {
    return this.#add({ op, type: left.type as Type, args: [left, right] });
  }

  compare(op: CompareOp, left: Inst, right: Inst): Inst {
    return this.#add({ op, type: "i32", args: [left, right] });
  }

  convert(op: ConvertInst["op"], type: Type, value: Inst): Inst {
    return this.#add({ op, type, args: [value] });
  }

  /** The context of a program, out of memory. */
  contextPointer(value: Inst): Inst {
    return this.#add({ op: "int2ptr", type: "ptr", args: [value], context: true });
  }

  forget(type: "i32" | "i64", value: Inst): Inst {
    return this.#add({ op: "forget", type, args: [value] });
  }

  load(type: "i32" | "i64", mem: MemType, ptr: Inst, offset: number): Inst {
    return this.#add({ op: "load", type, mem, offset, args: [ptr] });
  }

  store(mem: StoreInst["mem"], ptr: Inst, offset: number, value: Inst): void {
    this.#add({ op: "store", type: "void", mem, offset, args: [ptr, value] });
  }

  zero(ptr: Inst, offset: number, size: number, align: number): void {
    if (size > 0) this.#add({ op: "zero", type: "void", offset, size, align, args: [ptr] });
  }

  copy(dst: Inst, dstOffset: number, src: Inst, srcOffset: number, size: number, align: number): void {
    if (size > 0) this.#add({ op: "copy", type: "void", dstOffset, srcOffset, size, align, args: [dst, src] });
  }

  kread(type: "i32" | "i64", mem: MemType, address: Inst): Inst {
    return this.#add({ op: "kread", type, mem, args: [address] });
  }

  kreadInto(dst: Inst, dstOffset: number, address: Inst, size: number): void {
    this.#add({ op: "kreadinto", type: "void", dstOffset, size, args: [dst, address] });
  }

  data(section: string, offset: number): Inst {
    return this.#add({ op: "data", type: "ptr", section, offset, args: [] });
  }

  atomic(
    op: AtomicOperation,
    mem: "u32" | "u64",
    type: AtomicInst["type"],
    ptr: Inst,
    offset: number,
    args: Inst[],
  ): Inst {
    return this.#add({ op: "atomic", operation: op, type, mem, offset, args: [ptr, ...args] });
  }

  callFunction(name: string, type: Type | "void", args: Inst[]): Inst {
    return this.#add({ op: "callfn", type, name, args: [...args] });
  }

  functionAddress(name: string): Inst {
    return this.#add({ op: "func", type: "ptr", name, args: [] });
  }

  map(name: string): Inst {
    return this.#add({ op: "map", type: "ptr", name, args: [] });
  }

  call(helper: number, type: Type | "void", args: Inst[]): Inst {
    return this.#add({ op: "call", type, helper, args: [...args] });
  }

  core(type: "i32" | "i64", reloc: CoreRelocKind, typeKey: string, access: string, value: bigint): Inst {
    return this.#add({ op: "core", type, reloc, typeKey, access, value, args: [] });
  }

  /** The finished function. Constants and slots come first in the entry block; unreachable blocks are gone. */
  finish(): Func {
    assert(this.terminated, `function ${this.func.name} has no end`);
    for (const [block, state] of this.#states) assert(state.sealed, `block ${block.id} was never sealed`);
    this.func.blocks = this.func.blocks.filter(
      (block, index) => index === 0 || this.#state(block).predecessors.length > 0,
    );
    const entry = this.func.blocks[0];
    assert(entry, "a function without an entry block");
    entry.insts = [...this.#constantList, ...this.#slots, ...entry.insts];
    for (const block of this.func.blocks) this.#resolveBlock(block);
    return this.func;
  }

  // ---- the algorithm ------------------------------------------------------------------------------------------

  /** Not recursive: the way up to a definition may be thousands of blocks long. */
  #read(variable: Variable, block: Block): Inst {
    const unfilled: ParamUser[] = [];
    const value = this.#lookUp(variable, block, unfilled);
    this.#fillParams(variable, unfilled);
    return this.resolve(value);
  }

  /** The definition that reaches the end of `block`. Parameters made on the way join `unfilled`. */
  #lookUp(variable: Variable, block: Block, unfilled: ParamUser[]): Inst {
    const passed: Block[] = [];
    let current = block;
    let value = this.#definition(variable, current, unfilled);
    for (let up = this.#onlyPredecessor(current); !value && up; up = this.#onlyPredecessor(current)) {
      passed.push(current);
      current = up;
      value = this.#definition(variable, current, unfilled);
    }
    const found = value ?? this.constant(variable.type, 0n); // Unreachable, or read before any write.
    for (const between of [...passed, current]) this.#state(between).definitions.set(variable, found);
    return this.resolve(found);
  }

  #onlyPredecessor(block: Block): Block | undefined {
    const { predecessors } = this.#state(block);
    const [first] = predecessors;
    return first && predecessors.length === 1 ? this.#origin(first) : undefined;
  }

  /** What `block` itself knows of the variable; undefined: whatever its only predecessor, if any, knows. */
  #definition(variable: Variable, block: Block, unfilled: ParamUser[]): Inst | undefined {
    const state = this.#state(block);
    const known = state.definitions.get(variable);
    if (known) return known;
    if (state.sealed && state.predecessors.length < 2) return undefined;
    const param = this.#makeParam(variable, block);
    if (state.sealed) unfilled.push({ block, param });
    else state.incomplete.set(variable, param);
    return param;
  }

  readonly #origins = new Map<Target, Block>();

  #origin(target: Target): Block {
    return this.#origins.get(target) ?? fail("an edge without an origin");
  }

  #makeParam(variable: Variable, block: Block): ParamInst {
    const param: ParamInst = {
      id: this.func.nextId++,
      op: "param",
      type: variable.type,
      args: [],
      span: this.span,
      ...(variable.free && { free: true }),
    };
    block.params.push(param);
    return param;
  }

  /** Gives parameters their arguments, and those that this needs in turn. */
  #fillParams(variable: Variable, unfilled: ParamUser[]): void {
    for (let next = unfilled.pop(); next; next = unfilled.pop()) {
      const { block, param } = next;
      for (const target of this.#state(block).predecessors) {
        const value = this.#lookUp(variable, this.#origin(target), unfilled);
        const index = block.params.indexOf(param);
        target.args[index] = value;
        this.#noteUser(value, next);
      }
      this.#removeIfTrivial(next);
    }
  }

  /** A parameter that gets one value from all sides (itself aside) is that value; then others may be as well. */
  #removeIfTrivial(first: ParamUser): void {
    const work = [first];
    for (let next = work.pop(); next; next = work.pop()) {
      const { block, param } = next;
      const value = this.#onlyValue(block, param);
      if (!value) continue;
      const index = block.params.indexOf(param);
      block.params.splice(index, 1);
      for (const target of this.#state(block).predecessors) target.args.splice(index, 1);
      this.#replaced.set(param, value);
      for (const user of this.#paramUsers.get(param) ?? []) {
        if (this.#replaced.has(user.param)) continue; // It is gone itself, or it is this one.
        this.#noteUser(value, user);
        if (this.#state(user.block).sealed) work.push(user);
      }
      this.#paramUsers.delete(param);
    }
  }

  #onlyValue(block: Block, param: ParamInst): Inst | undefined {
    const index = block.params.indexOf(param);
    if (index < 0) return undefined;
    let only: Inst | undefined;
    for (const target of this.#state(block).predecessors) {
      const arg = target.args[index];
      if (!arg) return undefined; // Not filled in yet (a cycle that is being built).
      const value = this.resolve(arg);
      if (value === only || value === param) continue;
      if (only) return undefined;
      only = value;
    }
    return only;
  }

  readonly #paramUsers = new Map<Inst, ParamUser[]>();

  #noteUser(value: Inst, user: ParamUser): void {
    if (value.op !== "param") return;
    const users = this.#paramUsers.get(value);
    if (users) users.push(user);
    else this.#paramUsers.set(value, [user]);
  }

  #add(inst: NewInst): Inst {
    if (this.terminated) this.#startUnreachable();
    replaceIn(inst.args, this.#resolve);
    const full = withIdentity(inst, this.func.nextId++, this.span);
    this.#current.insts.push(full);
    return full;
  }

  /** Code after a `return` is lowered like any other, into a block that nothing leads to. */
  #startUnreachable(): void {
    const block = this.createBlock();
    this.seal(block);
    this.start(block);
  }

  #terminate(term: Terminator, out: Target[]): void {
    if (this.terminated) this.#startUnreachable();
    const state = this.#state(this.#current);
    this.#current.term = term;
    state.terminated = true;
    for (const target of out) {
      this.#origins.set(target, this.#current);
      if (state.dead) continue; // An edge from dead code must not keep its target alive or feed its parameters.
      const targetState = this.#state(target.block);
      if (targetState.sealed) fail(`block ${target.block.id} is already sealed`);
      targetState.predecessors.push(target);
    }
  }

  #resolveBlock(block: Block): void {
    for (const inst of block.insts) replaceIn(inst.args, this.#resolve);
    for (const target of targets(block.term)) {
      if (target.args.length !== target.block.params.length) fail(`edge to block ${target.block.id} lacks arguments`);
    }
    replaceInTerm(block.term, this.#resolve);
  }

  #state(block: Block): BlockState {
    return this.#states.get(block) ?? fail(`block ${block.id} belongs to another function`);
  }
}
