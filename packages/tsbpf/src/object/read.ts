// An object file to ObjectSpec. Objects may come from our writer or from clang (-target bpf -O2 -g). The result depends
// on the bytes alone, never on the running kernel; malformed bytes throw FormatError.

import { decodeBtfExt } from "../btf/ext.js";
import type { ExtSection } from "../btf/ext.js";
import { idsByExactName } from "../btf/name.js";
import { decodeText, FormatError } from "../util/bytes.js";
import { readElf, SectionFlag, SectionType } from "./elf.js";
import type { ElfFile, ElfSection } from "./elf.js";
import { readObjectBtf } from "./read-btf.js";
import type { ObjectBtf } from "./read-btf.js";
import { readFunctions } from "./read-functions.js";
import { readMaps } from "./read-maps.js";
import type { DataSpec, ObjectSpec } from "./spec.js";

/**
 * `what` names the file in errors. In `insns` everything that a relocation stands for is cleared: the immediates of
 * 64-bit loads are 0, those of calls -1.
 */
export function readObject(bytes: Uint8Array, what = "object"): ObjectSpec {
  const file = readElf(bytes, what);
  const sections = classify(file, what);
  const types = sections.btf && readObjectBtf(file, sections.btf, what);
  const ext = readExt(sections, types, what);
  const maps = sections.maps === undefined ? [] : readMaps(file, sections.maps, types?.btf, what);
  const functions = readFunctions(
    file,
    sections.code,
    {
      maps: new Map(maps.map((map) => [map.offsetBytes, map.spec.name])),
      mapsSection: sections.maps?.index,
      data: new Map(sections.data.map((section) => [section.index, section.name])),
    },
    ext,
    what,
  );
  return {
    license: sections.license === undefined ? "" : readLicense(sections.license),
    programs: functions.programs,
    subprograms: functions.subprograms,
    maps: maps.map((map) => map.spec),
    data: sections.data.map((section) => readData(section, types)),
    btf: types?.btf,
    btfBytes: types?.bytes,
  };
}

interface ObjectSections {
  readonly code: ElfSection[];
  readonly data: ElfSection[];
  license: ElfSection | undefined;
  maps: ElfSection | undefined;
  btf: ElfSection | undefined;
  btfExt: ElfSection | undefined;
}

/** Sections that are none of these (debug information, notes) are passed over. */
function classify(file: ElfFile, what: string): ObjectSections {
  const found: ObjectSections = {
    code: [],
    data: [],
    license: undefined,
    maps: undefined,
    btf: undefined,
    btfExt: undefined,
  };
  const seen = new Set<string>();
  for (const section of file.sections) {
    if (!takeSection(found, section, what)) continue;
    if (seen.has(section.name)) throw new FormatError(`${what}: two sections have the name ${section.name}`);
    seen.add(section.name);
  }
  if (found.maps !== undefined) refuseInitialValues(file, found.maps, what);
  return found;
}

/** Files the section by its kind; false: it is of no interest. */
function takeSection(found: ObjectSections, section: ElfSection, what: string): boolean {
  const { name, type, flags, sizeBytes } = section;
  if (type !== SectionType.PROGBITS && type !== SectionType.NOBITS) return false;
  if (isDataName(name)) {
    if (sizeBytes > 0) found.data.push(section);
    return sizeBytes > 0;
  }
  if (type === SectionType.NOBITS) return false;
  if ((flags & SectionFlag.EXECINSTR) !== 0) {
    if (sizeBytes > 0) found.code.push(section);
    return sizeBytes > 0;
  }
  if (name === "license") found.license = section;
  else if (name === ".maps") found.maps = section;
  else if (name === ".BTF") found.btf = section;
  else if (name === ".BTF.ext") found.btfExt = section;
  else if (name === "maps" || name.startsWith("maps/")) {
    throw new FormatError(
      `${what}: section "${name}" holds maps in the old form (define them in section ".maps", with BTF)`,
    );
  } else return false;
  return true;
}

function isDataName(name: string): boolean {
  return [".rodata", ".data", ".bss"].some((prefix) => name === prefix || name.startsWith(`${prefix}.`));
}

/** Programs in program arrays and inner maps come as relocations of .maps. To drop them would be a silent mistake. */
function refuseInitialValues(file: ElfFile, maps: ElfSection, what: string): void {
  const patched = file.sections.some(
    ({ type, info, sizeBytes }) => type === SectionType.REL && info === maps.index && sizeBytes > 0,
  );
  if (patched)
    throw new FormatError(`${what}: a map has initial values, which is not supported (fill it after loading)`);
}

function readExt(sections: ObjectSections, types: ObjectBtf | undefined, what: string): ExtSection[] {
  if (sections.btfExt === undefined || sections.btfExt.bytes.length === 0) return [];
  if (types === undefined) throw new FormatError(`${what}: section .BTF.ext is of no use without section .BTF`);
  const { btf } = types;
  return decodeBtfExt(sections.btfExt.bytes, (offset) => btf.string(offset), `${what}: section .BTF.ext`);
}

function readLicense(section: ElfSection): string {
  const end = section.bytes.indexOf(0);
  return decodeText(end < 0 ? section.bytes : section.bytes.subarray(0, end));
}

function readData(section: ElfSection, types: ObjectBtf | undefined): DataSpec {
  const { name } = section;
  return {
    section: name,
    bytes: section.type === SectionType.NOBITS ? new Uint8Array(section.sizeBytes) : section.bytes,
    readOnly: name === ".rodata" || name.startsWith(".rodata."),
    typeId: types && idsByExactName(types.btf, name).find((id) => types.btf.kindOf(id) === "datasec"),
  };
}
