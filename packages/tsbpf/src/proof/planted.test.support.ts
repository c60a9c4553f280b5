// Bugs that are put into the compiler to see that the proof finds them: each changes one place of one compiled module
// as Node loads it (plant.test.support.ts).

export interface PlantedBug {
  readonly what: string;
  /** The compiled module, from the folder of compiled files. */
  readonly file: string;
  /** This text, which must stand there exactly once, … */
  readonly from: string;
  /** … becomes this one. */
  readonly to: string;
  /** It shows in reads of kernel memory, which have a generator of their own. */
  readonly isCore?: boolean;
}

const frontend = "compiler/frontend/";
const ir = "compiler/ir/";
const passes = "compiler/passes/";
const codegen = "compiler/codegen/";

export const plantedBugs: readonly PlantedBug[] = [
  {
    what: "signed 16-bit values are extended from 8 bits",
    file: `${frontend}numbers.js`,
    from: 'type.bits === 8 ? "sext8" : "sext16"',
    to: '"sext8"',
  },
  {
    what: "a stored value keeps one bit too few",
    file: `${frontend}numbers.js`,
    from: "(1n << BigInt(type.bits)) - 1n",
    to: "(1n << BigInt(type.bits - 1)) - 1n",
  },
  {
    what: "the rest by zero is the dividend",
    file: `${frontend}numbers.js`,
    from: "selectZero(l, right.value, value), range",
    to: "value, range",
  },
  {
    what: "Math.min gives the larger one",
    file: `${frontend}calls.js`,
    from: 'name === "min" ? "slt" : "sgt"',
    to: 'name === "min" ? "sgt" : "slt"',
  },
  {
    what: "the element behind an array can be read",
    file: `${frontend}memory.js`,
    from: 'compare("ult", index.value',
    to: 'compare("ule", index.value',
  },
  {
    what: "`has` and `delete` tell the opposite",
    file: `${frontend}map-calls.js`,
    from: 'compare("eq", result, l.b.constant("i64", 0n))',
    to: 'compare("ne", result, l.b.constant("i64", 0n))',
  },
  {
    what: "an exact comparison is made without signs",
    file: `${frontend}numbers.js`,
    from: '">": "sgt"',
    to: '">": "ugt"',
  },
  {
    what: "constants are shifted right without their sign",
    file: "compiler/ir/eval.js",
    from: "return signedLeft >> count;",
    to: "return left >> count;",
  },
  {
    what: "exchanged comparisons lose equality",
    file: `${ir}operators.js`,
    from: 'sge: "sle",',
    to: 'sge: "slt",',
  },
  {
    what: "the opposite of < loses equality",
    file: `${ir}operators.js`,
    from: 'slt: "sge",',
    to: 'slt: "sgt",',
  },
  {
    what: "loaded values are thought smaller than they are",
    file: `${passes}known-bits.js`,
    from: "(1n << BigInt(8 * memSize(inst.mem))) - 1n",
    to: "(1n << BigInt(8 * memSize(inst.mem) - 1)) - 1n",
  },
  {
    what: "bits that a right shift brings down are not asked for",
    file: `${passes}narrow.js`,
    from: "bits + count > width ? width : bits + count",
    to: "bits",
  },
  {
    what: "a - b and b - a are one value",
    file: `${passes}gvn.js`,
    from: "isCommutative(op)",
    to: '(isCommutative(op) || op === "sub")',
  },
  {
    what: "what is read before it is overwritten counts as dead",
    file: `${passes}dse.js`,
    from: "live = (live & ~effect.kill) | effect.read;",
    to: "live = live & ~effect.kill;",
  },
  {
    what: "signed jumps are unsigned",
    file: `${codegen}select-branch.js`,
    from: 'slt: "JSLT"',
    to: 'slt: "JLT"',
  },
  {
    what: "a branch that is turned round keeps its equality",
    file: `${codegen}layout.js`,
    from: 'JLT: "JGE"',
    to: 'JLT: "JGT"',
  },
  {
    what: "a constant is subtracted instead of added",
    file: `${codegen}select-arith.js`,
    from: 'emitAlu(sel, negated ? "ADD" : op, wide, dst, source);',
    to: "emitAlu(sel, op, wide, dst, source);",
  },
  {
    what: "registers that are written at once may be one",
    file: `${codegen}interference.js`,
    from: "forEachDef(inst, (reg) => forEach(live, (other) => void connect(graph, reg, other)));",
    to: 'if (inst.kind !== "alu") forEachDef(inst, (reg) => forEach(live, (other) => void connect(graph, reg, other)));',
  },
  {
    what: "what a block further down reads is not live",
    file: `${codegen}liveness.js`,
    from: "forEachTermUse(block.term, (reg) => add(live, reg));",
    to: "",
  },
  {
    what: "fields lie one byte further",
    file: `${codegen}emit.js`,
    from: "return address.slot === undefined ? address.offset :",
    to: "return address.slot === undefined ? address.offset + 1 :",
  },
  {
    what: "an atomic xor is an atomic or",
    file: `${codegen}select-memory.js`,
    from: "xor: Atomic.XOR",
    to: "xor: Atomic.OR",
  },
  {
    what: "a variable's first bytes overlap",
    file: `${frontend}globals.js`,
    from: ">> BigInt(8 * at)",
    to: ">> BigInt(4 * at)",
  },
  {
    what: "the virtual machine borrows where both sides are equal",
    file: "vm/translate-alu.js",
    from: "((${l}>>>0)<(${lo}>>>0)?1:0)",
    to: "((${l}>>>0)<=(${lo}>>>0)?1:0)",
  },
  {
    what: "the virtual machine exchanges without comparing",
    file: "vm/translate-memory.js",
    from: 'if(t===l0${size === 8 ? "&&s===h0" : ""}){',
    to: "{",
  },
  {
    what: "a field lies one byte further in the kernel",
    file: "btf/core-value.js",
    from: "BigInt(place.offsetBytes), comparable",
    to: "BigInt(place.offsetBytes + 1), comparable",
    isCore: true,
  },
  {
    what: "a bit-field keeps a bit of its neighbour",
    file: "btf/core-value.js",
    from: "BigInt(64 - place.sizeBits)",
    to: "BigInt(63 - place.sizeBits)",
    isCore: true,
  },
  {
    what: "every bit-field has a sign",
    file: `${frontend}kernel-bits.js`,
    from: 'isSigned ? "ashr" : "lshr"',
    to: '"ashr"',
    isCore: true,
  },
];
