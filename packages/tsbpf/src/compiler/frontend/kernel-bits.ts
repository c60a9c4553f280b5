// Bit-fields in kernel memory: the bytes that hold the field are loaded, as many as the running kernel says, and two
// relocated shifts leave the field's bits. Only right on little-endian machines, which is what the compiler targets.

import { helperId } from "../../bpf/helpers.js";
import type { Inst, MemType } from "../ir/ir.js";
import { accessString, ifPresent, kernelAddress } from "./kernel.js";
import type { KernelType } from "./kernel-types.js";
import { startSealed, type Lowering } from "./lowering.js";
import { convertTo, sizedInt } from "./numbers.js";
import type { KernelOperand } from "./operands.js";
import { intTypes } from "./types.js";

/** bpf_probe_read_kernel (include/uapi/linux/bpf.h). */
const probeReadKernel = helperId("bpfProbeReadKernel");

/** The field's value as its declared type has it. */
export function readBits(l: Lowering, place: KernelOperand, type: KernelType & { kind: "bits" }): Inst {
  const { root } = place;
  if (!root) return l.b.constant("i64", 0n);
  const access = accessString(place.path);
  const bytes = place.trusted ? loadBytes(l, place, access) : probeBytes(l, place, access);
  const high = l.b.binary("shl", bytes, l.b.core("i64", "field_lshift_u64", root.key, access, 0n));
  const { type: declared } = type.of;
  const isSigned = declared.kind === "int" && declared.signed;
  const value = l.b.binary(isSigned ? "ashr" : "lshr", high, l.b.core("i64", "field_rshift_u64", root.key, access, 0n));
  if (declared.kind === "bool") return value;
  return convertTo(l, sizedInt(isSigned ? intTypes.i64 : intTypes.u64, value), declared).value;
}

function byteSize(l: Lowering, place: KernelOperand, access: string): Inst {
  return l.b.core("i32", "field_byte_size", place.root?.key ?? "", access, 0n);
}

function probeBytes(l: Lowering, place: KernelOperand, access: string): Inst {
  const slot = l.b.slot("bits", 8, 8);
  l.b.zero(slot, 0, 8, 8);
  l.b.call(probeReadKernel, "i64", [slot, byteSize(l, place, access), kernelAddress(l, place)]);
  return l.b.load("i64", "u64", slot, 0);
}

/** Plain loads have their width in the instruction, so that each width has its own; the verifier keeps one of them. */
function loadBytes(l: Lowering, place: KernelOperand, access: string): Inst {
  return ifPresent(l, place, "i64", () => {
    const variable = { name: "bits", type: "i64" } as const;
    const join = l.b.createBlock();
    const address = kernelAddress(l, { ...place, unchecked: false });
    const size = byteSize(l, place, access);
    for (const [bytes, mem] of widths) {
      const here = l.b.createBlock();
      const next = l.b.createBlock();
      l.b.branch(l.b.compare("eq", size, l.b.constant("i32", BigInt(bytes))), here, next);
      startSealed(l, here);
      l.b.write(variable, l.b.load("i64", mem, address, 0));
      l.b.jump(join);
      startSealed(l, next);
    }
    l.b.write(variable, l.b.load("i64", "u64", address, 0));
    l.b.jump(join);
    startSealed(l, join);
    return l.b.read(variable);
  });
}

const widths: readonly (readonly [bytes: number, mem: MemType])[] = [
  [1, "u8"],
  [2, "u16"],
  [4, "u32"],
];
