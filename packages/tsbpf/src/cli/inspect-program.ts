// A program or function as lines of text: its kind, then its instructions below the source lines they come from,
// each with the relocations and CO-RE records that will patch it.

import type { Line } from "./inspect-lines.js";
import { disassemble } from "../bpf/disasm.js";
import { programKindOfSection } from "../bpf/program-kinds.js";
import { describeCoreReloc } from "../btf/core.js";
import type { Btf } from "../btf/types.js";
import type { FunctionSpec, LineInfo, Relocation } from "../object/spec.js";

/** Notes begin in this column where the instruction leaves room. */
const NOTE_COLUMN = 44;

export function describeFunction(spec: FunctionSpec, btf: Btf | undefined, role: "program" | "function"): Line[] {
  const names = namesOf(spec.relocations);
  const notes = notesOf(spec, btf);
  const sources = new Map<number, LineInfo>(spec.lines.map((line) => [line.insnIndex, line]));
  const lines: Line[] = [{ text: `  ${spec.name}: ${headline(spec, role)}`, color: "cyan" }];
  const options = {
    mapName: (insnIndex: number): string | undefined => names.maps.get(insnIndex),
    functionName: (insnIndex: number): string | undefined => names.functions.get(insnIndex),
  };
  let shown: LineInfo | undefined;
  for (const { insnIndex, text } of disassemble(spec.insns, options)) {
    const source = sources.get(insnIndex);
    if (source && !sameLine(source, shown)) lines.push({ text: `    ${placeText(source)}`, color: "dim" });
    shown = source ?? shown;
    const insn = `    ${String(insnIndex).padStart(5)}  ${text}`;
    const note = notes.get(insnIndex) ?? [];
    lines.push({ text: note.length === 0 ? insn : `${insn.padEnd(NOTE_COLUMN)}  ; ${note.join("; ")}` });
  }
  return [...lines, { text: "" }];
}

function headline(spec: FunctionSpec, role: "program" | "function"): string {
  const size = `${spec.insns.length} ${spec.insns.length === 1 ? "instruction" : "instructions"}`;
  if (role === "function") return `${size}, section ${spec.section}`;
  const found = programKindOfSection(spec.section);
  if (found === undefined) return `${size}, section ${spec.section} (a kind of program that tsbpf does not know)`;
  const target = found.target === "" ? "" : ` ${found.target}`;
  return `${found.kind.name}${target}, ${size}, section ${spec.section}, from Linux ${found.kind.minKernel}`;
}

function sameLine(a: LineInfo, b: LineInfo | undefined): boolean {
  return b !== undefined && a.file === b.file && a.line === b.line;
}

function placeText({ file, line, column, text }: LineInfo): string {
  return `${file}:${line}:${column}  ${text.trim()}`;
}

interface Names {
  readonly maps: ReadonlyMap<number, string>;
  readonly functions: ReadonlyMap<number, string>;
}

function namesOf(relocations: readonly Relocation[]): Names {
  const maps = new Map<number, string>();
  const functions = new Map<number, string>();
  for (const relocation of relocations) {
    switch (relocation.kind) {
      case "map":
        maps.set(relocation.insnIndex, relocation.map);
        break;
      case "call":
      case "function":
        functions.set(relocation.insnIndex, relocation.target);
        break;
      case "data":
        break;
    }
  }
  return { maps, functions };
}

/** By instruction: what will be patched there. */
function notesOf(spec: FunctionSpec, btf: Btf | undefined): ReadonlyMap<number, readonly string[]> {
  const notes = new Map<number, string[]>();
  const add = (insnIndex: number, text: string): void => {
    const before = notes.get(insnIndex);
    if (before === undefined) notes.set(insnIndex, [text]);
    else before.push(text);
  };
  for (const relocation of spec.relocations) add(relocation.insnIndex, relocationText(relocation));
  for (const reloc of spec.coreRelocations) {
    add(reloc.insnIndex, `CO-RE ${btf === undefined ? reloc.kind : describeCoreReloc(btf, reloc)}`);
  }
  return notes;
}

function relocationText(relocation: Relocation): string {
  switch (relocation.kind) {
    case "map":
      return `map ${relocation.map}`;
    case "data":
      return `${relocation.section}+${relocation.offset}`;
    case "call":
      return `calls ${relocation.target}`;
    case "function":
      return `address of ${relocation.target}`;
  }
}
