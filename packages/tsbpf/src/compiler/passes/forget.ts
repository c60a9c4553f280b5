// Numbers that change only where the data says so are taken from the verifier: it walks the rest of a loop, and of the
// program, again for each number that a counter or a flag may have, and for each combination of several.

import { buildCfg, buildDomTree, naturalLoops, replaceUses } from "../ir/cfg.js";
import type { Cfg, Loop } from "../ir/cfg.js";
import type { Block, Func, Inst, ParamInst } from "../ir/ir.js";
import { makeInst } from "./edit.js";
import { forgetFields } from "./forget-fields.js";
import { counterStarts, howItChanges, waysInto, type Changing } from "./changes.js";
import { isFollowed, limitedReturns, usesOf, type Uses } from "./followed.js";
import type { Pass } from "./pass.js";

export const forget: Pass = {
  name: "forget",
  why: "The verifier follows each value that a counter or a flag may have, and gives up on ordinary loops over text.",
  needs: [],
  breaks: [],
  settles: true,
  run: (func) => {
    const cfg = buildCfg(func);
    const tree = buildDomTree(cfg);
    const loops = naturalLoops(cfg, tree);
    const search: Search = {
      cfg,
      uses: usesOf(func),
      fixed: new Set([...counterStarts(cfg, loops), ...limitedReturns(func)]),
    };
    const chosen = new Map<ParamInst, Block>();
    const add = (params: readonly Place[]): void => params.forEach(([param, block]) => chosen.set(param, block));
    for (const loop of loops) add(changingIn(search, loop));
    for (const region of regions(cfg, loops)) add(joinsIn(search, region));
    const fields = loops.length > 0 && forgetFields(func, cfg, tree, loops, search.uses);
    forgetAll(func, chosen);
    return chosen.size > 0 || fields;
  },
};

type Place = readonly [ParamInst, Block];

interface Search {
  readonly cfg: Cfg;
  readonly uses: Uses;
  /** What the verifier must know: where counters begin, and answers that it looks at. */
  readonly fixed: ReadonlySet<Inst>;
}

/** Up to so many combinations of what goes around a loop the verifier walks through quickly. */
const aroundMax = 3;
/** So many ways through one round, and through what stands in no loop. */
const throughRoundMax = 16;
const throughProgramMax = 1024;

function mayForget(search: Search, param: ParamInst): boolean {
  return param.free === true && !search.fixed.has(param) && isFollowed(param, search.uses);
}

/** What comes around a loop with different numbers, and where those meet within it. */
function changingIn(search: Search, loop: Loop): readonly Place[] {
  const found: { readonly param: ParamInst; readonly changing: Changing }[] = [];
  for (const param of loop.header.params) {
    const changing = mayForget(search, param) ? howItChanges(search.cfg, loop, param) : undefined;
    if (changing) found.push({ param, changing });
  }
  if (found.reduce((product, { changing }) => product * changing.values, 1) <= aroundMax) return [];
  return found.flatMap(({ param, changing }): Place[] => [
    [param, loop.header],
    ...changing.joins.filter(([join]) => join.free && !search.fixed.has(join)),
  ]);
}

interface Region {
  readonly blocks: readonly Block[];
  readonly waysMax: number;
}

/** Each loop without those inside it, and what is in no loop. */
function regions(cfg: Cfg, loops: readonly Loop[]): readonly Region[] {
  const innermost = new Map<Block, Loop>();
  for (const loop of loops) for (const block of loop.blocks) innermost.set(block, loop);
  const headers = new Set(loops.map((loop) => loop.header));
  const own = (loop: Loop | undefined): readonly Block[] =>
    cfg.rpo.filter((block) => innermost.get(block) === loop && !headers.has(block));
  return [
    { blocks: own(undefined), waysMax: throughProgramMax },
    ...loops.map((loop) => ({ blocks: own(loop), waysMax: throughRoundMax })),
  ];
}

function joinsIn(search: Search, { blocks, waysMax }: Region): readonly Place[] {
  const found: Place[] = [];
  let product = 1;
  for (const block of blocks) {
    for (const param of block.params) {
      const ways = waysInto(search.cfg, block, param);
      if (ways < 2 || !mayForget(search, param)) continue;
      found.push([param, block]);
      product *= ways;
    }
  }
  return product > waysMax ? found : [];
}

function forgetAll(func: Func, chosen: ReadonlyMap<ParamInst, Block>): void {
  const forgotten = new Map<Inst, Inst>();
  for (const param of chosen.keys()) {
    if (param.type === "ptr") continue;
    forgotten.set(param, makeInst(func, { op: "forget", type: param.type, args: [param] }, param.span));
  }
  replaceUses(func, forgotten);
  // Only now, so that they themselves still use what they forget.
  for (const [param, block] of chosen) block.insts.unshift(...[forgotten.get(param) ?? []].flat());
}
