// Which lines of the source ran: counts of instructions, gathered by the line each comes from.

import type { LoadedImage } from "../vm/core.js";
import { lineOf } from "../vm/core.js";
import type { LineCoverage } from "./types.js";

/** A line of several instructions ran as often as the one of them that ran most; programs that share it add up. */
export function coverageOf(images: readonly LoadedImage[]): LineCoverage[] {
  const lines = new Map<string, LineCoverage>();
  for (const { image, hits } of images) {
    // Without counts the program never ran, and none of its lines did.
    const counts = hits() ?? image.insns.map(() => 0);
    const own = new Map<string, LineCoverage>();
    image.insns.forEach((insn, index) => {
      const line = lineOf(image, index);
      // The second slot of a 64-bit load is no instruction.
      if (!line || insn.opcode === 0) return;
      const key = `${line.file}:${line.line}`;
      const most = Math.max(own.get(key)?.hits ?? 0, counts[index] ?? 0);
      own.set(key, { file: line.file, line: line.line, text: line.text, hits: most });
    });
    for (const [key, line] of own) lines.set(key, { ...line, hits: line.hits + (lines.get(key)?.hits ?? 0) });
  }
  return [...lines.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}
