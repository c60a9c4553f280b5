import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fitsSizeRule, mapKindByName, mapKindByType, mapKinds } from "./map-kinds.js";

test("types 1 to 33 stand once each, in order", () => {
  assert.deepEqual(
    mapKinds.map((kind) => kind.type),
    Array.from({ length: 33 }, (_, index) => index + 1),
  );
  assert.equal(new Set(mapKinds.map((kind) => kind.name)).size, mapKinds.length);
  for (const kind of mapKinds) {
    assert.equal(mapKindByName(kind.name), kind);
    assert.equal(mapKindByType(kind.type), kind);
    assert.match(kind.minKernel, /^[3-7]\.\d+$/);
    assert.equal(kind.perCpu, kind.name.includes("percpu"), kind.name);
  }
});

test("names are those of the kernel's header", (t) => {
  const header = "/usr/include/linux/bpf.h";
  if (!existsSync(header)) {
    assert.ok(!process.env["CI"], `${header} is needed here`);
    t.skip(`SKIPPED, NOT CHECKED: ${header} is not installed`);
    return;
  }
  const body = /enum bpf_map_type \{([^}]*)\}/.exec(readFileSync(header, "utf8"))?.[1] ?? "";
  // Renamed names are aliases with a value of their own ("= …"); the order of the others is their number.
  const names = [...body.matchAll(/^\s*BPF_MAP_TYPE_(\w+?)(?:_DEPRECATED)?,/gm)].map((match) => match[1]);
  assert.ok(names.length > 30, `${names.length} names`);
  names.forEach((name, type) => {
    if (type > 0) assert.equal(mapKindByType(type)?.name, name?.toLowerCase());
  });
});

test("size rules", () => {
  const devmap = mapKindByName("devmap")?.valueSize ?? 0;
  assert.deepEqual(
    [3, 4, 6, 8, 12].map((size) => fitsSizeRule(devmap, size)),
    [false, true, false, true, false],
  );
  assert.deepEqual(
    [0, 1, 100].map((size) => fitsSizeRule("any", size)),
    [false, true, true],
  );
  assert.deepEqual(
    [0, 4].map((size) => fitsSizeRule(0, size)),
    [true, false],
  );
});
