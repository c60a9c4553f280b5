// The BTF of an object made complete. Compilers leave to whoever loads an object what only the ELF file knows: the
// sizes of data sections, the places of global variables, and which global functions are hidden.

import { decodeBtf } from "../btf/decode.js";
import type { DecodedBtf } from "../btf/decode.js";
import type { BtfType, BtfTypeId } from "../btf/types.js";
import { ByteWriter, FormatError } from "../util/bytes.js";
import { SymbolBinding, SymbolType, SymbolVisibility } from "./elf.js";
import type { ElfFile, ElfSection } from "./elf.js";

export interface ObjectBtf {
  readonly btf: DecodedBtf;
  readonly bytes: Uint8Array;
}

/** The types of section .BTF, with sizes and offsets of data sections filled in from the ELF symbols. */
export function readObjectBtf(file: ElfFile, section: ElfSection, what: string): ObjectBtf {
  const name = `${what}: section .BTF`;
  const bytes = section.bytes.slice();
  const asFound = decodeBtf(section.bytes, name);
  const context: Context = { file, btf: asFound, bytes, what };
  const hidden = hiddenFunctions(file);
  for (let id = 1; id < asFound.typeCount; id++) {
    const kind = asFound.kindOf(id);
    if (kind === "datasec") completeDatasec(context, id, asFound.type(id));
    else if (kind === "func" && hidden.size > 0) hideFunction(context, id, asFound.type(id), hidden);
  }
  return { btf: decodeBtf(bytes, name), bytes };
}

interface Context {
  readonly file: ElfFile;
  readonly btf: DecodedBtf;
  /** The copy that is completed. */
  readonly bytes: Uint8Array;
  readonly what: string;
}

const SIZE_AT = 8;
const VARS_AT = 12;

function completeDatasec({ file, btf, bytes, what }: Context, id: BtfTypeId, type: BtfType): void {
  // A size says that somebody has completed it before us (a linker, or our own writer).
  if (type.kind !== "datasec" || type.size !== 0) return;
  const section = file.sections.find((candidate) => candidate.name === type.name);
  // .ksyms and .kconfig exist only as types.
  if (section === undefined) return;
  if (section.sizeBytes > 0xffffffff) throw new FormatError(`${what}: section ${section.name} is too large`);
  const values = symbolValues(file, section.index);
  const vars = type.vars.map((variable) => {
    const declared = btf.type(variable.type);
    if (declared.kind !== "var" || declared.linkage === "static") return variable;
    return { ...variable, offset: values.get(declared.name) ?? variable.offset };
  });
  vars.sort((a, b) => a.offset - b.offset);
  const at = btf.offsetOf(id);
  bytes.set(new ByteWriter(4).u32(section.sizeBytes).finish(), at + SIZE_AT);
  const encoded = new ByteWriter(vars.length * 12);
  for (const { type: variable, offset, size } of vars) encoded.u32(variable).u32(offset).u32(size);
  bytes.set(encoded.finish(), at + VARS_AT);
}

function symbolValues(file: ElfFile, section: number): Map<string, number> {
  const values = new Map<string, number>();
  for (const symbol of file.symbols) {
    if (symbol.section !== section || symbol.type === SymbolType.SECTION || symbol.value > 0xffffffff) continue;
    values.set(symbol.name, symbol.value);
  }
  return values;
}

function hiddenFunctions(file: ElfFile): Set<string> {
  const hidden = file.symbols.filter(
    ({ type, binding, visibility }) =>
      type === SymbolType.FUNC &&
      binding !== SymbolBinding.LOCAL &&
      (visibility === SymbolVisibility.HIDDEN || visibility === SymbolVisibility.INTERNAL),
  );
  return new Set(hidden.map((symbol) => symbol.name));
}

/** To the kernel a hidden function is a static one: it is verified where it is called, not for itself. */
function hideFunction({ btf, bytes }: Context, id: BtfTypeId, type: BtfType, hidden: ReadonlySet<string>): void {
  if (type.kind === "func" && type.linkage === "global" && hidden.has(type.name)) bytes[btf.offsetOf(id) + 4] = 0;
}
