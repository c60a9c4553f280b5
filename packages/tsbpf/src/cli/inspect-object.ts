// An object as lines of text: its sections, programs, maps, records, data and types. Programs are in
// inspect-program.ts, types in inspect-types.ts.

import { table } from "./inspect-lines.js";
import type { Line } from "./inspect-lines.js";
import { describeFunction } from "./inspect-program.js";
import { describeTypes, recordLines, typeText } from "./inspect-types.js";
import { mapKindByType } from "../bpf/map-kinds.js";
import type { Btf, BtfTypeId } from "../btf/types.js";
import { SectionFlag, SectionType } from "../object/elf.js";
import type { ElfFile, ElfSection } from "../object/elf.js";
import type { DataSpec, MapSpec, ObjectSpec } from "../object/spec.js";

/** Throws FormatError where the types are malformed. */
export function describeObject(file: string, sizeBytes: number, elf: ElfFile, spec: ObjectSpec): readonly Line[] {
  const license = spec.license === "" ? "no licence" : `licence "${spec.license}"`;
  return [
    { text: `${file}: ${sizeBytes} bytes, ${license}`, color: "bold" },
    ...chapter("sections", sectionLines(elf)),
    ...chapter(
      "programs",
      spec.programs.flatMap((program) => describeFunction(program, spec.btf, "program")),
    ),
    ...chapter(
      "functions",
      spec.subprograms.flatMap((program) => describeFunction(program, spec.btf, "function")),
    ),
    ...chapter(
      "maps",
      spec.maps.flatMap((map) => mapLines(map, spec.btf)),
    ),
    ...chapter("records", spec.btf ? recordsOf(spec.maps, spec.btf) : []),
    ...chapter(
      "data",
      spec.data.flatMap((data) => dataLines(data, spec.btf)),
    ),
    ...chapter("types", typeSummary(spec)),
  ];
}

function chapter(title: string, lines: readonly Line[]): Line[] {
  const last = lines.length - 1;
  const body = lines[last]?.text === "" ? lines.slice(0, last) : lines;
  return body.length === 0 ? [] : [{ text: "" }, { text: title, color: "bold" }, ...body];
}

const sectionTypes: ReadonlyMap<number, string> = new Map([
  [SectionType.PROGBITS, "bytes"],
  [SectionType.SYMTAB, "symbols"],
  [SectionType.STRTAB, "strings"],
  [SectionType.RELA, "relocations"],
  [SectionType.NOBITS, "zeros"],
  [SectionType.REL, "relocations"],
]);

function sectionLines({ sections }: ElfFile): Line[] {
  const rows = sections
    .filter((section) => section.type !== SectionType.NULL)
    .map((section) => {
      const { index, name, type, sizeBytes } = section;
      return [index, name, sectionTypes.get(type) ?? `type 0x${type.toString(16)}`, sizeBytes, flagsText(section)];
    });
  return table(rows);
}

function flagsText({ flags }: ElfSection): string {
  const names: string[] = [];
  if (flags & SectionFlag.ALLOC) names.push("loaded");
  if (flags & SectionFlag.EXECINSTR) names.push("code");
  if (flags & SectionFlag.WRITE) names.push("writable");
  return names.join(" ");
}

function mapLines(map: MapSpec, btf: Btf | undefined): Line[] {
  const kind = mapKindByType(map.type);
  const parts = [kind?.name ?? `type ${map.type}`];
  const sized = (what: string, id: BtfTypeId | undefined, sizeBytes: number): void => {
    if (sizeBytes === 0 && id === undefined) return;
    const name = id !== undefined && btf ? `${typeText(btf, id)}, ` : "";
    parts.push(`${what} ${name}${sizeBytes} bytes`);
  };
  sized("key", map.keyTypeId, map.keySize);
  sized("value", map.valueTypeId, map.valueSize);
  parts.push(entriesText(map, kind?.name));
  if (map.flags !== 0) parts.push(`flags 0x${map.flags.toString(16)}`);
  if (map.eventTypeId !== undefined && btf) parts.push(`records ${typeText(btf, map.eventTypeId)}`);
  return [{ text: `  ${map.name}: ${parts.join("; ")}` }];
}

function entriesText(map: MapSpec, kind: string | undefined): string {
  if (kind === "perf_event_array" && map.maxEntries === 0) return "one entry for each possible CPU";
  if (kind === "ringbuf" || kind === "user_ringbuf") return `${map.maxEntries} bytes`;
  return `${map.maxEntries} ${map.maxEntries === 1 ? "entry" : "entries"}`;
}

/** The layouts of the structures in maps and records, each once. */
function recordsOf(maps: readonly MapSpec[], btf: Btf): Line[] {
  const ids = new Set<BtfTypeId>();
  for (const { keyTypeId, valueTypeId, eventTypeId } of maps) {
    for (const id of [keyTypeId, valueTypeId, eventTypeId]) if (id !== undefined) ids.add(id);
  }
  return recordLines(btf, ids);
}

const BYTES_A_LINE = 16;
const SHOWN_BYTES = 256;

function dataLines(data: DataSpec, btf: Btf | undefined): Line[] {
  const lines: Line[] = [
    { text: `  ${data.section}: ${data.bytes.length} bytes${data.readOnly ? ", read-only" : ""}` },
    ...variableLines(data, btf),
  ];
  const shown = data.bytes.every((byte) => byte === 0) ? 0 : Math.min(data.bytes.length, SHOWN_BYTES);
  for (let at = 0; at < shown; at += BYTES_A_LINE) {
    const part = data.bytes.subarray(at, Math.min(at + BYTES_A_LINE, shown));
    const hex = Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push({ text: `    ${at.toString(16).padStart(4, "0")}  ${hex.padEnd(BYTES_A_LINE * 3)} ${text}` });
  }
  if (shown === 0) lines.push({ text: "    all zero" });
  else if (shown < data.bytes.length) lines.push({ text: `    and ${data.bytes.length - shown} bytes more` });
  return [...lines, { text: "" }];
}

function variableLines(data: DataSpec, btf: Btf | undefined): Line[] {
  if (btf === undefined || data.typeId === undefined) return [];
  const datasec = btf.type(data.typeId);
  if (datasec.kind !== "datasec") return [];
  return datasec.vars.map(({ type: id, offset, size }) => {
    const variable = btf.type(id);
    const text = variable.kind === "var" ? `${variable.name}: ${typeText(btf, variable.type)}` : typeText(btf, id);
    return { text: `    at ${offset}, ${size} bytes: ${text}` };
  });
}

function typeSummary({ btf, btfBytes }: ObjectSpec): Line[] {
  if (btf === undefined) return [{ text: "  none: the object has no section .BTF (clang writes it with -g)" }];
  return describeTypes(btf, btfBytes?.length ?? 0);
}
