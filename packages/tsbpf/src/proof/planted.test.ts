// Bugs that are put into the compiler on purpose: the proof finds each of them. A proof that finds none proves nothing.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { plantedBugs } from "./planted.test.support.js";
import type { Answer } from "./planted-worker.test.support.js";

const hook = new URL("plant.test.support.js", import.meta.url).href;
const worker = fileURLToPath(new URL("planted-worker.test.support.js", import.meta.url));
const processCount = 2;

describe("planted bugs", { concurrency: plantedBugs.length }, () => {
  const answers = Array.from({ length: processCount }, (_, at) => answersOf(at)).reduce(
    (all, some) => new Map([...all, ...some]),
  );

  for (const [index, { what }] of plantedBugs.entries()) {
    it(what, async (t) => {
      const answer = await answers.get(index);
      assert.ok(answer, what);
      assert.ok(answer.found, `${what}: not found in ${answer.modules} modules`);
      t.diagnostic(`after ${answer.modules} modules: ${answer.found.split("\n")[0]}`);
    });
  }

  it("are twenty at least, each somewhere else", () => {
    assert.ok(plantedBugs.length >= 20);
    assert.equal(new Set(plantedBugs.map(({ file, from }) => `${file} ${from}`)).size, plantedBugs.length);
  });
});

/** Every `processCount`-th bug, tried in a process of its own. */
function answersOf(at: number): Map<number, Promise<Answer>> {
  const indices = [...plantedBugs.keys()].filter((index) => index % processCount === at);
  const child = fork(worker, indices.map(String), { execArgv: ["--import", hook] });
  child.setMaxListeners(indices.length + 2);
  const ended = new Promise<never>((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the process that plants bugs ended with ${code}`)));
  });
  const told = (index: number): Promise<Answer> =>
    new Promise((resolve) => {
      child.on("message", (answer: Answer) => {
        if (answer.index === index) resolve(answer);
      });
    });
  ended.catch(() => undefined);
  return new Map(indices.map((index) => [index, Promise.race([told(index), ended])]));
}
