// Describes the front end's types in BTF, each of them once: schemas as they lie in memory, and of kernel types as
// much as the program uses, for CO-RE to find again in the running kernel.

import { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import type { KernelNumber, KernelRoot, KernelStruct, KernelType } from "./frontend/kernel-types.js";
import type { DataDeclaration } from "./frontend/operands.js";
import type { Signature, SignatureType } from "./frontend/signatures.js";
import {
  alignOf,
  intName,
  intTypes,
  roundUp,
  sizeOf,
  type DataType,
  type IntType,
  type ScalarType,
} from "./frontend/types.js";

export class TypeWriter {
  readonly btf = new BtfBuilder();
  readonly #data = new Map<DataType, BtfTypeId>();
  readonly #kernelRoots = new Map<KernelRoot, BtfTypeId>();

  /** `int NAME(void *ctx)`, global: what every program looks like from outside. */
  program(name: string): BtfTypeId {
    const context = this.btf.add({ kind: "ptr", type: 0 });
    const returns = this.btf.add(intType("int", 4, "signed"));
    const proto = this.btf.add({ kind: "func_proto", returns, params: [{ name: "ctx", type: context }] });
    return this.btf.add({ kind: "func", name, type: proto, linkage: "global" });
  }

  /** A function that programs call. */
  subprogram(name: string, { linkage, params, returns }: Signature): BtfTypeId {
    const proto = this.btf.add({
      kind: "func_proto",
      returns: this.signatureType(returns),
      params: params.map((param) => ({ name: param.name, type: this.signatureType(param.type) })),
    });
    return this.btf.add({ kind: "func", name, type: proto, linkage });
  }

  private signatureType(type: SignatureType): BtfTypeId {
    switch (type.kind) {
      case "number":
        return this.int(intTypes.i64);
      case "address":
        return this.int(intTypes.u64);
      case "pointer":
        return this.btf.add({ kind: "ptr", type: this.data(type.to) });
      case "context":
        return this.btf.add({ kind: "ptr", type: 0 });
      case "void":
        return 0;
      default:
        return this.data(type);
    }
  }

  /** The variables of a data section, in the order of their places. */
  section(name: string, size: number, variables: readonly DataDeclaration[]): BtfTypeId {
    const vars = variables.map((variable) => {
      const value = this.data(variable.type);
      const type = variable.isConstant ? this.btf.add({ kind: "const", type: value }) : value;
      const id = this.btf.add({ kind: "var", name: variable.name, type, linkage: "global" });
      return { type: id, offset: variable.offset, size: sizeOf(variable.type) };
    });
    return this.btf.add({ kind: "datasec", name, size, vars });
  }

  /** A type is described where it is first mentioned. */
  data(type: DataType): BtfTypeId {
    const known = this.#data.get(type);
    if (known !== undefined) return known;
    const id = this.describe(type);
    this.#data.set(type, id);
    return id;
  }

  private describe(type: DataType): BtfTypeId {
    switch (type.kind) {
      case "int":
        return this.int(type);
      case "bool":
        return this.btf.add(intType("bool", 1, "bool"));
      case "array": {
        const element = type.form === "chars" ? this.char() : this.data(type.element);
        return this.btf.add({ kind: "array", element, index: this.indexType(), length: type.length });
      }
      case "struct": {
        const members: BtfMember[] = type.fields.map((field) => ({
          name: field.name,
          type: this.data(field.type),
          offsetBits: field.offset * 8,
          bitfieldSizeBits: 0,
        }));
        return this.btf.add({ kind: "struct", name: type.name, size: type.size, members });
      }
    }
  }

  /** The local type of a `bpfCore…` interface. It may point to itself, so that its id comes before its members. */
  kernelRoot(root: KernelRoot): BtfTypeId {
    const known = this.#kernelRoots.get(root);
    if (known !== undefined) return known;
    const id = this.btf.reserve();
    this.#kernelRoots.set(root, id);
    const type = root.kind === "enum" ? enumType(root) : this.composite(root);
    if (root.isTypedef) {
      const inner = this.btf.add({ ...type, name: "" });
      this.btf.define(id, { kind: "typedef", name: root.name, type: inner });
    } else {
      this.btf.define(id, type);
    }
    return id;
  }

  private composite(struct: KernelStruct): BtfType & { kind: "struct" | "union" } {
    const { places, size } = layOut(struct);
    const members: BtfMember[] = struct.fields.map((field, index) => ({
      name: field.name,
      type: this.kernelType(field.type),
      offsetBits: places[index] ?? 0,
      bitfieldSizeBits: field.type.kind === "bits" ? field.type.widthBits : 0,
    }));
    return { kind: struct.form, name: struct.name, size, members };
  }

  private kernelType(type: KernelType): BtfTypeId {
    switch (type.kind) {
      case "scalar":
        return this.btf.add(kernelInt(type.type));
      case "enum":
        return this.kernelEnum(type);
      case "bits":
        return this.kernelType(type.of);
      case "void":
        return 0;
      case "pointer": {
        // An array behind a pointer is to C a pointer to its first element.
        const target = type.to.kind === "array" ? elementType(type.to) : type.to;
        return this.btf.add({ kind: "ptr", type: target ? this.kernelType(target) : this.char() });
      }
      case "struct":
        return this.kernelRoot(type.struct);
      case "array": {
        const target = elementType(type);
        const element = target ? this.kernelType(target) : this.char();
        return this.btf.add({ kind: "array", element, index: this.indexType(), length: lengthOf(type) });
      }
    }
  }

  /** An enum without a name, or one that is not as wide as its view, stands for any enum. */
  private kernelEnum({ type, enumeration }: KernelNumber & { kind: "enum" }): BtfTypeId {
    if (enumeration && enumeration.bits === (type.bits === 64 ? 64 : 32) && type.bits >= 32) {
      return this.kernelRoot(enumeration);
    }
    const kind = type.bits === 64 ? "enum64" : "enum";
    return this.btf.add({ kind, name: "", size: type.bits / 8, signed: type.signed, values: [] });
  }

  private int(type: IntType): BtfTypeId {
    // The names that kernel headers give them, so that tools print what a C programmer knows.
    return this.btf.add(
      intType(`__${intName(type).replace("i", "s")}`, type.bits / 8, type.signed ? "signed" : "unsigned"),
    );
  }

  private char(): BtfTypeId {
    return this.btf.add(intType("char", 1, "char"));
  }

  private indexType(): BtfTypeId {
    return this.btf.add(intType("__ARRAY_SIZE_TYPE__", 4, "unsigned"));
  }
}

function intType(
  name: string,
  size: number,
  encoding: "unsigned" | "signed" | "char" | "bool",
): Parameters<BtfBuilder["add"]>[0] {
  return { kind: "int", name, size, bits: size * 8, offsetBits: 0, encoding };
}

/** The names that GCC gives C's types: bpfCoreTypeMatches compares them (bpf_core_types_match, relo_core.c). */
function kernelInt(type: ScalarType): ReturnType<typeof intType> {
  if (type.kind === "bool") return intType("_Bool", 1, "bool");
  const names = {
    8: ["unsigned char", "signed char"],
    16: ["short unsigned int", "short int"],
    32: ["unsigned int", "int"],
    64: ["long long unsigned int", "long long int"],
  } as const;
  const [unsigned, signed] = names[type.bits];
  return intType(type.signed ? signed : unsigned, type.bits / 8, type.signed ? "signed" : "unsigned");
}

function enumType(root: KernelRoot & { kind: "enum" }): BtfType & { kind: "enum" | "enum64" } {
  const signed = root.values.some(({ value }) => value < 0n);
  const kind = root.bits === 64 ? "enum64" : "enum";
  return { kind, name: root.name, size: root.bits / 8, signed, values: root.values };
}

/** Undefined for text, whose elements are chars. */
function elementType(type: KernelType & { kind: "array" }): KernelType | undefined {
  return type.form === "chars" ? undefined : type.element;
}

/** One of unknown length is only ever accessed from its first element. */
function lengthOf(type: KernelType & { kind: "array" }): number {
  return type.length ?? 1;
}

// ---- layout -----------------------------------------------------------------------------------------------------

/** Where the fields begin, in bits, and the size in bytes, of the local type; the kernel's own may well differ. */
function layOut(struct: KernelStruct): { readonly places: readonly number[]; readonly size: number } {
  let endBits = 0;
  let align = 1;
  let size = 0;
  const places = struct.fields.map(({ type }) => {
    const fieldAlign = localAlign(type);
    align = Math.max(align, fieldAlign);
    if (struct.form === "union") endBits = 0;
    const start = placeField(type, endBits, fieldAlign);
    endBits = start + (type.kind === "bits" ? type.widthBits : localSize(type) * 8);
    size = Math.max(size, Math.ceil(endBits / 8));
    return start;
  });
  return { places, size: roundUp(size, align) };
}

/** A bit-field goes on where the one before ends, unless it would leave the memory of its type (System V ABI). */
function placeField(type: KernelType, endBits: number, align: number): number {
  if (type.kind !== "bits") return roundUp(endBits, align * 8);
  const unit = align * 8;
  const leaves = Math.floor(endBits / unit) !== Math.floor((endBits + type.widthBits - 1) / unit);
  return leaves ? roundUp(endBits, unit) : endBits;
}

function localSize(type: KernelType): number {
  switch (type.kind) {
    case "scalar":
    case "enum":
      return sizeOf(type.type);
    case "bits":
      return sizeOf(type.of.type);
    case "pointer":
      return sizeOf(intTypes.u64);
    case "array":
      return localSize(type.element) * lengthOf(type);
    case "struct":
      return layOut(type.struct).size;
    case "void":
      return 0;
  }
}

function localAlign(type: KernelType): number {
  switch (type.kind) {
    case "scalar":
    case "enum":
      return alignOf(type.type);
    case "bits":
      return alignOf(type.of.type);
    case "pointer":
      return alignOf(intTypes.u64);
    case "array":
      return localAlign(type.element);
    case "struct":
      return Math.max(1, ...type.struct.fields.map((field) => localAlign(field.type)));
    case "void":
      return 1;
  }
}
