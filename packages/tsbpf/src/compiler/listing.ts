// Machine code as text: every instruction with its place in the source.

import { disassemble } from "../bpf/disasm.js";
import type { CodeRelocation } from "./codegen/code.js";
import type { CompiledFunction } from "./object.js";

/** For `--dump asm`. */
export function listing({ name, section, code }: CompiledFunction): string {
  const places = new Map(
    code.lines.map(({ insnIndex, span }) => [insnIndex, `${span.file}:${span.line}:${span.column}`]),
  );
  const notes = new Map<number, string>([
    ...code.relocations.map((relocation) => [relocation.insnIndex, nameOf(relocation)] as const),
    ...code.core.map(({ insnIndex, reloc, typeKey, access }) => [insnIndex, `${reloc} ${typeKey} ${access}`] as const),
  ]);
  const lines = [`${name} (${section}), ${code.insns.length} instructions, ${code.frameSizeBytes} bytes of stack:`];
  for (const { insnIndex, text } of disassemble(code.insns)) {
    const place = places.get(insnIndex);
    if (place) lines.push(`; ${place}`);
    const note = notes.get(insnIndex);
    lines.push(`${String(insnIndex).padStart(4)}: ${text}${note ? `  <${note}>` : ""}`);
  }
  return lines.join("\n") + "\n";
}

function nameOf(relocation: CodeRelocation): string {
  switch (relocation.kind) {
    case "map":
      return `map ${relocation.map}`;
    case "data":
      return `${relocation.section}+${relocation.offset}`;
    case "call":
    case "function":
      return `function ${relocation.target}`;
  }
}
