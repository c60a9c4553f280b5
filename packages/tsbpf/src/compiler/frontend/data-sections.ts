// The data sections of the object while the module is lowered: variables that user space knows by name in .rodata,
// .data and .bss, and bytes without a name of which the program only needs the address.

import type { DataDeclaration } from "./operands.js";
import { alignOf, isScalar, roundUp, sizeOf, type DataType } from "./types.js";

/** A section as the object holds it. */
export interface DataSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly variables: readonly DataDeclaration[];
}

/** Where something lies. */
export interface DataPlace {
  readonly section: string;
  /** In bytes. */
  readonly offset: number;
}

interface SectionDraft {
  sizeBytes: number;
  readonly pieces: { readonly offset: number; readonly bytes: Uint8Array }[];
  readonly variables: DataDeclaration[];
}

export interface ModuleData {
  readonly sections: Map<string, SectionDraft>;
  /** Where bytes without a name lie, by alignment and content. */
  readonly interned: Map<string, DataPlace>;
}

export function newModuleData(): ModuleData {
  return { sections: new Map(), interned: new Map() };
}

/** Apart from .rodata, whose every byte BTF describes as a variable. */
const internSection = ".rodata.interned";

/**
 * Puts bytes that never change into the object, equal ones once, and says where they are: `l.b.data(section, offset)`
 * is their address. `align` is at most 8.
 */
export function internData(c: { readonly data: ModuleData }, bytes: Uint8Array, align: number): DataPlace {
  const key = `${align} ${Buffer.from(bytes).toString("hex")}`;
  const known = c.data.interned.get(key);
  if (known) return known;
  const place = { section: internSection, offset: reserve(c.data, internSection, bytes, align) };
  c.data.interned.set(key, place);
  return place;
}

/** The section that a variable with these first bytes stands in. */
export function sectionFor(isConstant: boolean, bytes: Uint8Array): string {
  if (isConstant) return ".rodata";
  return bytes.some((byte) => byte !== 0) ? ".data" : ".bss";
}

/** The place for a variable. Structs and arrays are copied in the widest pieces there are. */
export function reserveVariable(data: ModuleData, section: string, bytes: Uint8Array, type: DataType): number {
  return reserve(data, section, bytes, isScalar(type) ? alignOf(type) : 8);
}

export function addVariable(data: ModuleData, variable: DataDeclaration): void {
  data.sections.get(variable.section)?.variables.push(variable);
}

function reserve(data: ModuleData, section: string, bytes: Uint8Array, align: number): number {
  const draft: SectionDraft = data.sections.get(section) ?? { sizeBytes: 0, pieces: [], variables: [] };
  data.sections.set(section, draft);
  const offset = roundUp(draft.sizeBytes, align);
  draft.sizeBytes = offset + bytes.length;
  draft.pieces.push({ offset, bytes });
  return offset;
}

/** In the order in which linkers put them. */
export function dataSections(data: ModuleData): readonly DataSection[] {
  return [".rodata", internSection, ".data", ".bss"].flatMap((name) => {
    const draft = data.sections.get(name);
    if (!draft) return [];
    const bytes = new Uint8Array(roundUp(draft.sizeBytes, 8));
    for (const piece of draft.pieces) bytes.set(piece.bytes, piece.offset);
    return [{ name, bytes, variables: draft.variables }];
  });
}

/** In bytes; what an array map of one element can be on every kernel (KMALLOC_MAX_SIZE before Linux 5.13). */
export const sectionBytesMax = 2 ** 22;

export function fitsSection(data: ModuleData, section: string, type: DataType): boolean {
  return (data.sections.get(section)?.sizeBytes ?? 0) + sizeOf(type) + 8 <= sectionBytesMax;
}
