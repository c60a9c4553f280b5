// The generator reaches the whole language: every kind of statement and expression that the front end lowers, every
// operator, and every operation of the IR that such programs can lead to. What it never writes, the proof never proves.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { optimise } from "../compiler/compile.js";
import { expressionKinds } from "../compiler/frontend/expressions.js";
import { openProgram } from "../compiler/frontend/program.js";
import { statementKinds } from "../compiler/frontend/statements.js";
import { ts } from "../compiler/frontend/typescript.js";
import { atomicOperations, binaryOps, compareOps, type Inst } from "../compiler/ir/ir.js";
import { kernelOf } from "../compiler/run.test.support.js";
import { randomModule } from "./generate.test.support.js";
import { callShapes, callShapesOf, shapes, shapesOf } from "./shapes.test.support.js";
import { printModule } from "./tree.test.support.js";

const modules = 40;
const K = ts.SyntaxKind;

/** `===` and its like, arithmetic, assignments: what stands between two expressions. */
const operators = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>", "&&", "||", "??", ","]
  .concat(["===", "!==", "<", "<=", ">", ">=", "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="])
  .concat(["<<=", ">>=", ">>>=", "&&=", "||=", "??="]);

const conversions = ["zext", "sext", "trunc", "sext8", "sext16", "bswap16", "bswap32", "bswap64"];
const memory = ["u8", "u16", "u32", "u64", "i8", "i16", "i32"];

describe("random modules reach", () => {
  const kinds = new Set<ts.SyntaxKind>();
  const spelled = new Set<string>();
  const ops = new Set<string>();
  const found = new Set<string>();
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-proof-"));

  before(() => {
    const file = join(folder, "module.ts");
    for (let seed = 1; seed <= modules; seed++) {
      writeFileSync(file, printModule(randomModule(seed, 10)));
      const source = openProgram(file);
      assert.ok(source);
      noteSyntax(source.entry, kinds, spelled, found);
      for (const passes of ["none", "all"] as const) {
        const { ir, subprograms } = optimise(source, { passes, kernel: kernelOf(file) });
        for (const subprogram of subprograms.values()) for (const shape of callShapesOf(subprogram)) found.add(shape);
        for (const { blocks } of ir.functions) {
          for (const inst of blocks.flatMap((block) => block.insts)) for (const name of namesOf(inst)) ops.add(name);
        }
      }
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  it("every kind of statement and expression", () => {
    const missing = [...statementKinds, ...expressionKinds].filter((kind) => !kinds.has(kind));
    assert.deepEqual(
      missing.map((kind) => K[kind]),
      [],
    );
  });

  it("every operator", () => {
    assert.deepEqual(
      operators.filter((operator) => !spelled.has(operator)),
      [],
    );
  });

  it("every shape of patterns, branches and calls", () => {
    assert.deepEqual(
      shapes.filter((shape) => !found.has(shape)),
      [],
    );
  });

  it("functions of the object that take and give every type", () => {
    assert.deepEqual(
      callShapes.filter((shape) => !found.has(shape)),
      [],
    );
  });

  it("every operation of the IR", () => {
    const atomics = atomicOperations.map((operation) => `atomic ${operation}`);
    const accesses = [
      ...memory.map((mem) => `load ${mem}`),
      ...["u8", "u16", "u32", "u64"].map((mem) => `store ${mem}`),
    ];
    const all = [...binaryOps, ...compareOps, ...conversions, ...atomics, ...accesses, "data", "map", "call"].concat([
      "callfn",
      "func",
    ]);
    assert.deepEqual(
      all.filter((name) => !ops.has(name)),
      [],
    );
  });
});

function noteSyntax(node: ts.Node, kinds: Set<ts.SyntaxKind>, spelled: Set<string>, found: Set<string>): void {
  kinds.add(node.kind);
  if (ts.isBinaryExpression(node)) spelled.add(node.operatorToken.getText());
  for (const shape of shapesOf(node)) found.add(shape);
  ts.forEachChild(node, (child) => noteSyntax(child, kinds, spelled, found));
}

function namesOf(inst: Inst): readonly string[] {
  if (inst.op === "atomic") return [`atomic ${inst.operation}`];
  if (inst.op === "load" || inst.op === "store") return [`${inst.op} ${inst.mem}`];
  return [inst.op];
}
