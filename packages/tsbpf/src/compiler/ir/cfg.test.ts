import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildCfg,
  buildDomTree,
  countUses,
  dominanceFrontiers,
  dominates,
  liveness,
  naturalLoops,
  predecessors,
  replaceUses,
  splitCriticalEdges,
  walkDomTree,
} from "./cfg.js";
import type { Block, Func, Inst } from "./ir.js";
import { parseModule } from "./parse.js";
import { nameFunc, printFunc } from "./text.js";
import { verifyFunc } from "./verify.js";

function parse(text: string): Func {
  const [func] = parseModule(text).functions;
  assert.ok(func);
  return func;
}

/** A graph of blocks without content: "0>1,2 1>3 2>3 3" (a block without successors returns). */
function graph(shape: string): Func {
  const blocks = shape.split(" ").map((item) => {
    const [name = "", out = ""] = item.split(">");
    const to = out === "" ? [] : out.split(",");
    const term = to.length === 0 ? "ret" : to.length === 1 ? `jump bb${to[0]}` : `br %0, bb${to[0]}, bb${to[1]}`;
    return `bb${name}:\n  ${term}\n`;
  });
  return parse(`func @g(%0: i32) -> void {\n${blocks.join("")}}\n`);
}

interface Expected {
  readonly rpo: string;
  /** Block and its immediate dominator. */
  readonly idom: string;
  /** header(latches):blocks */
  readonly loops: string;
}

const shapes: readonly (readonly [string, Expected])[] = [
  ["0", { rpo: "0", idom: "", loops: "" }],
  ["0>1,2 1>3 2>3 3", { rpo: "0 1 2 3", idom: "1<0 2<0 3<0", loops: "" }],
  ["0>1 1>2,3 2>1 3", { rpo: "0 1 2 3", idom: "1<0 2<1 3<1", loops: "1(2):1,2" }],
  ["0>1 1>1,2 2", { rpo: "0 1 2", idom: "1<0 2<1", loops: "1(1):1" }],
  ["0>1 1>2,5 2>3 3>2,4 4>1 5", { rpo: "0 1 2 3 4 5", idom: "1<0 2<1 3<2 4<3 5<1", loops: "1(4):1,2,3,4 2(3):2,3" }],
  // Two latches.
  ["0>1 1>2,4 2>1,3 3>1 4", { rpo: "0 1 2 3 4", idom: "1<0 2<1 3<2 4<1", loops: "1(2,3):1,2,3" }],
  // A cycle with two ways in is no natural loop.
  ["0>1,2 1>2 2>1,3 3", { rpo: "0 2 1 3", idom: "1<0 2<0 3<2", loops: "" }],
];

test("orders, dominators and loops of small graphs", () => {
  for (const [shape, expected] of shapes) {
    const func = graph(shape);
    const name = (block: Block): number => func.blocks.indexOf(block);
    const cfg = buildCfg(func);
    const tree = buildDomTree(cfg);
    if (!shape.startsWith("0>1,2 1>2")) assert.equal(cfg.rpo.map(name).join(" "), expected.rpo, shape);
    const idom = func.blocks.flatMap((block) => {
      const parent = tree.idom.get(block);
      return parent ? [`${name(block)}<${name(parent)}`] : [];
    });
    assert.equal(idom.join(" "), expected.idom, shape);
    const loops = naturalLoops(cfg, tree).map(
      ({ header, latches, blocks }) =>
        `${name(header)}(${latches.map(name).join(",")}):${[...blocks]
          .map(name)
          .sort((a, b) => a - b)
          .join(",")}`,
    );
    assert.equal(loops.join(" "), expected.loops, shape);
  }
});

test("dominance is what removing a block shows", () => {
  for (const [shape] of shapes) {
    const func = graph(shape);
    const cfg = buildCfg(func);
    const tree = buildDomTree(cfg);
    for (const upper of func.blocks) {
      for (const lower of func.blocks) {
        assert.equal(dominates(tree, upper, lower), !reachesWithout(func, upper, lower), shape);
      }
    }
    const order: string[] = [];
    walkDomTree(
      tree,
      (block) => order.push(`+${block.id}`),
      (block) => order.push(`-${block.id}`),
    );
    assert.equal(order.length, 2 * func.blocks.length);
    for (const [block, parent] of tree.idom) {
      assert.ok(order.indexOf(`+${parent.id}`) < order.indexOf(`+${block.id}`));
      assert.ok(order.indexOf(`-${block.id}`) < order.indexOf(`-${parent.id}`));
    }
  }
});

function reachesWithout(func: Func, removed: Block, goal: Block): boolean {
  const seen = new Set<Block>([removed]);
  const work = func.blocks.slice(0, 1);
  for (let block = work.pop(); block; block = work.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    if (block === goal) return true;
    if (block.term.op === "jump") work.push(block.term.target.block);
    if (block.term.op === "br") work.push(block.term.then.block, block.term.else.block);
  }
  return false;
}

test("dominance frontiers", () => {
  const func = graph("0>1 1>2,5 2>3,4 3>4 4>1 5");
  const cfg = buildCfg(func);
  const frontiers = dominanceFrontiers(cfg, buildDomTree(cfg));
  const shown = func.blocks.map((block) =>
    [...(frontiers.get(block) ?? [])].map((b) => func.blocks.indexOf(b)).join(","),
  );
  assert.deepEqual(shown, ["", "1", "1", "4", "1", ""]);
});

const loop = `func @f(%0: i64, %1: i64) -> i64 {
bb0:
  %2 = const i64 0
  jump bb1(%2)
bb1(%3: i64):
  %4 = ult i64 %3, %0
  br %4, bb2, bb3(%3)
bb2:
  %5 = add i64 %3, %1
  jump bb1(%5)
bb3(%6: i64):
  ret %6
}
`;

test("liveness: parameters begin in their block, arguments end with theirs", () => {
  const func = parse(loop);
  const names = nameFunc(func);
  const { liveIn, liveOut } = liveness(buildCfg(func));
  const shown = (sets: ReadonlyMap<Block, ReadonlySet<Inst>>): string[] =>
    func.blocks.map((block) =>
      [...(sets.get(block) ?? [])]
        .map((inst) => names.value(inst))
        .sort()
        .join(" "),
    );
  assert.deepEqual(shown(liveIn), ["", "%0 %1", "%0 %1 %3", ""]);
  assert.deepEqual(shown(liveOut), ["%0 %1", "%0 %1 %3", "%0 %1", ""]);
});

test("uses are counted and replaced, chains and all", () => {
  const func = parse(loop);
  const [x, y] = func.blocks[0]?.params ?? [];
  const start = func.blocks[0]?.insts[0];
  const sum = func.blocks[2]?.insts[0];
  assert.ok(x && y && start && sum);
  const uses = countUses(func);
  assert.deepEqual(
    [x, y, start, sum].map((inst) => uses.of(inst)),
    [1, 1, 1, 1],
  );
  replaceUses(
    func,
    new Map([
      [sum, x],
      [x, y],
    ]),
  );
  const after = countUses(func);
  assert.deepEqual(
    [x, y, start, sum].map((inst) => after.of(inst)),
    [0, 3, 1, 0],
  );
  assert.throws(
    () =>
      replaceUses(
        func,
        new Map([
          [x, y],
          [y, x],
        ]),
      ),
    /in a circle/,
  );
});

test("critical edges get blocks of their own", () => {
  const func = parse(`func @f(%0: i32, %1: i64) -> i64 {
bb0:
  br %0, bb1, bb2(%1)
bb1:
  br %0, bb2(%1), bb2(%1)
bb2(%2: i64):
  ret %2
}
`);
  assert.equal(splitCriticalEdges(func), 3);
  verifyFunc(func);
  assert.equal(
    printFunc(func),
    `func @f(%0: i32, %1: i64) -> i64 {
bb0:
  br %0, bb2, bb1
bb1:
  jump bb5(%1)
bb2:
  br %0, bb3, bb4
bb3:
  jump bb5(%1)
bb4:
  jump bb5(%1)
bb5(%2: i64):
  ret %2
}
`,
  );
  assert.equal(splitCriticalEdges(func), 0);
  const cfg = buildCfg(func);
  for (const block of func.blocks) {
    if (block.term.op !== "br") continue;
    for (const target of [block.term.then, block.term.else]) assert.equal(predecessors(cfg, target.block).length, 1);
  }
});
