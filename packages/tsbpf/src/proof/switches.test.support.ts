// Random `switch` statements: numbers, 64 bits, truth and what may be missing; cases that run on into the next, cases
// that are no constants, a default anywhere; and blocks that are left by their label.

import { aBool, aNumber, anExpression, isPerCpu, mapKey } from "./expressions.test.support.js";
import { newName, statement, type Scope } from "./scope.test.support.js";
import type { BlockMaker, Step } from "./store.test.support.js";
import type { TreeNode } from "./tree.test.support.js";

type Parts = readonly (string | TreeNode)[];

/** What is switched on, and the cases in the order in which they are asked; none twice. */
interface Shape {
  readonly value: Parts;
  readonly cases: readonly Parts[];
}

export function switched(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  const { random } = scope;
  const shape = aShape(scope);
  if (!shape) return undefined;
  const label = random.chance(25) ? newName(scope, "l") : undefined;
  const inner = label === undefined ? scope : { ...scope, blocks: [...scope.blocks, label] };
  const defaultAt = random.chance(65) ? random.below(shape.cases.length + 1) : -1;
  const clauses: Parts[] = [];
  for (const [index, value] of shape.cases.entries()) {
    if (index === defaultAt) clauses.push(["default: ", ...clause(inner, depth, block)]);
    // A case without statements shares those of the next one.
    const body = random.chance(15) ? ["\n"] : clause(inner, depth, block);
    clauses.push(["case ", ...value, ": ", ...body]);
  }
  if (defaultAt === shape.cases.length) clauses.push(["default: ", ...clause(inner, depth, block)]);
  const head = label === undefined ? "switch (" : `${label}: switch (`;
  return { node: statement(head, ...shape.value, ") {\n", ...clauses.flat(), "}"), scope };
}

function clause(scope: Scope, depth: number, block: BlockMaker): Parts {
  const body = block(scope, scope.random.below(3), depth - 1);
  return ["{\n", body, scope.random.chance(65) ? "\nbreak; }\n" : "\n}\n"];
}

function aShape(scope: Scope): Shape | undefined {
  const { random } = scope;
  const some = (cases: readonly string[]): readonly Parts[] => {
    const from = random.below(2);
    return cases.slice(from, from + 1 + random.below(cases.length)).map((one) => [one]);
  };
  switch (random.below(8)) {
    case 0:
      return { value: ["i32((u32(", aNumber(scope, 2), ") & 7) - 3)"], cases: some(["1", "-1", "-3", "0", "2", "4"]) };
    case 1:
      return { value: ["u64(", aBig(scope), " & 3n)"], cases: some(["0n", "2n", "1n", "3n"]) };
    case 2:
      // The first one that is true.
      return { value: ["bool(true)"], cases: [[aBool(scope, 1)], [aBool(scope, 1)], [aBool(scope, 1)]] };
    case 3:
      return { value: ["bool(", aBool(scope, 2), ")"], cases: some(["true", "false"]) };
    case 4:
      return missing(scope);
    case 5:
      return { value: ["u32(", aNumber(scope, 1), ") & 3"], cases: [[aNumber(scope, 1)], ["2"], [aNumber(scope, 1)]] };
    case 6:
      // Far apart, and some that no value is equal to.
      return { value: ["u32(", aNumber(scope, 2), ") & 0x107"], cases: some(["0x100", "3", "0x107", "8", "0", "1"]) };
    default:
      return { value: ["u32(", aNumber(scope, 2), ") & 3"], cases: some(["0", "1", "2", "3"]) };
  }
}

function aBig(scope: Scope): TreeNode {
  return anExpression(scope, "u64", 2);
}

function missing(scope: Scope): Shape | undefined {
  const maps = scope.maps.filter((map) => !isPerCpu(map) && (map.value === "u32" || map.value === "i32"));
  if (maps.length === 0) return undefined;
  const map = scope.random.pick(maps);
  return { value: [`${map.name}.get(`, mapKey(scope, map.key), ")"], cases: [["0"], ["undefined"], ["7"]] };
}

/** A statement that is left by its label: a block, or a branch. */
export function labelled(scope: Scope, depth: number, block: BlockMaker): Step {
  const { random } = scope;
  const name = newName(scope, "l");
  const inner = { ...scope, blocks: [...scope.blocks, name] };
  const before = block(inner, 1, depth - 1);
  const leaving = statement("if (", aBool(scope, 2), `) break ${name};`);
  const after = block(inner, 1 + random.below(2), depth - 1);
  const head = random.chance(30) ? [`${name}: if (`, aBool(scope, 1), ") {\n"] : [`${name}: {\n`];
  return { node: statement(...head, before, "\n", leaving, "\n", after, "\n}"), scope };
}
