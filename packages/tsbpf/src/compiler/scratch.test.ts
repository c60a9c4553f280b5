// Where the frame is too large, slots move into the scratch map: test/cases/scratch/*.ir hold functions and, below a
// line "; ---- after ----", what moved and what became of them. BLESS=1 rewrites it.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Func } from "./ir/ir.js";
import { parseModule } from "./ir/parse.js";
import { printModule } from "./ir/text.js";
import { verifyModule } from "./ir/verify.js";
import { requiredPasses, runPass } from "./passes/pipeline.js";
import { casesFolder } from "./run.test.support.js";
import { generateFitting, newScratchMap } from "./scratch.js";

const folder = `${casesFolder}scratch/`;
const separator = "; ---- after ----\n";

for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".ir"))
  .sort()) {
  test(`scratch ${name}`, () => {
    const [input = "", expected = ""] = readFileSync(folder + name, "utf8").split(separator);
    const actual = fitAll(input);
    if (process.env["BLESS"] === "1") writeFileSync(folder + name, `${input}${separator}${actual}`);
    else assert.equal(actual, expected, `${name} has changed (BLESS=1 rewrites it; read the difference)`);
  });
}

function fitAll(input: string): string {
  const module = parseModule(input);
  verifyModule(module);
  const map = newScratchMap(new Set());
  const functions: Func[] = [];
  const lines = module.functions.map((original) => {
    for (const pass of requiredPasses) runPass(pass, original, true);
    const { code, func, moved } = generateFitting(original, { cpu: "v3" }, map);
    functions.push(func);
    const result = code.kind === "code" ? `a frame of ${code.frameSizeBytes} bytes` : JSON.stringify(code);
    return `; ${func.name}: ${moved.map((slot) => slot.name).join(", ") || "nothing"} moved, ${result}\n`;
  });
  verifyModule({ functions });
  return `${lines.join("")}; the map: ${map.elements} values of ${map.valueBytes} bytes\n${printModule({ functions })}`;
}

test("the map has a name that the module does not use", () => {
  assert.equal(newScratchMap(new Set(["events"])).name, "tsbpf_scratch");
  assert.equal(newScratchMap(new Set(["tsbpf_scratch"])).name, "tsbpf_scratch2");
});
