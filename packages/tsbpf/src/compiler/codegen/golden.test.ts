// Golden cases of code generation: test/cases/codegen/*.ir hold IR and, as comments below it, the code expected of it.
// A line "; cpu v1 v3" at the top says for which levels; without one it is v3. BLESS=1 rewrites what is expected.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { disassemble } from "../../bpf/disasm.js";
import type { Func } from "../ir/ir.js";
import { parseModule } from "../ir/parse.js";
import { verifyModule } from "../ir/verify.js";
import type { CpuLevel, MachineCode } from "./code.js";
import { generate } from "./generate.js";

const folder = fileURLToPath(new URL("../../../test/cases/codegen/", import.meta.url));
const separator = "; ----";

for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(".ir"))
  .sort()) {
  test(`golden ${file}`, () => check(file));
}

function check(file: string): void {
  const text = readFileSync(folder + file, "utf8");
  const end = text.indexOf(`\n${separator}`);
  const source = end < 0 ? text.trimEnd() + "\n" : text.slice(0, end + 1);
  const module = parseModule(source);
  verifyModule(module);
  const levels = (/^; cpu (.*)$/m.exec(source)?.[1]?.split(" ") ?? ["v3"]) as CpuLevel[];
  const expected = levels.flatMap((cpu) => module.functions.map((func) => render(func, cpu))).join("");
  if (process.env["BLESS"] === "1") writeFileSync(folder + file, source + expected);
  else assert.equal(end < 0 ? "" : text.slice(end + 1), expected, `${file}: BLESS=1 accepts this; read the diff then`);
}

function render(func: Func, cpu: CpuLevel): string {
  const result = generate(func, { cpu });
  const title = `${separator} ${func.name} ${cpu}`;
  if (result.kind !== "code") return `${title}: ${JSON.stringify(result)}\n`;
  const lines = disassemble(result.insns, {
    annotate: (insnIndex) => noteAt(result, insnIndex),
    mapName: (insnIndex) => {
      const relocation = result.relocations.find((candidate) => candidate.insnIndex === insnIndex);
      return relocation?.kind === "map" ? relocation.map : undefined;
    },
  });
  const body = lines.map(({ insnIndex, text }) => `; ${String(insnIndex).padStart(3)}: ${text}\n`);
  return `${title}, ${result.insns.length} slots, frame ${result.frameSizeBytes}\n${body.join("")}`;
}

function noteAt(code: MachineCode, insnIndex: number): string | undefined {
  const core = code.core.find((relocation) => relocation.insnIndex === insnIndex);
  const line = code.lines.find((record) => record.insnIndex === insnIndex);
  const notes = [
    ...(core ? [`${core.reloc} ${core.typeKey} ${core.access}`] : []),
    ...(line ? [`!${line.span.file}:${line.span.line}:${line.span.column}`] : []),
  ];
  return notes.length > 0 ? notes.join(" ") : undefined;
}
