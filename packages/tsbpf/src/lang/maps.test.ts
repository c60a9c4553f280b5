import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hashMap, lruHashMap } from "./maps.js";
import { u32 } from "./schemas.js";

describe("maps in plain Node", () => {
  const keysOf = (map: { has(key: u32): boolean }): number[] => [1, 2, 3, 4].filter((key) => map.has(key));

  it("LRU hash: what was neither read nor stored for longest goes", () => {
    const full = (use: (map: ReturnType<typeof open>) => unknown): number[] => {
      const map = open();
      for (const key of [1, 2, 3]) map.set(key, key);
      use(map);
      map.set(4, 4);
      return keysOf(map);
    };
    const open = () => lruHashMap(u32, u32, { maxEntries: 3 });
    assert.deepEqual(
      full(() => {}),
      [2, 3, 4],
    );
    for (const use of [
      (map: ReturnType<typeof open>) => map.set(1, 9),
      (map: ReturnType<typeof open>) => map.get(1),
      (map: ReturnType<typeof open>) => map.has(1),
      (map: ReturnType<typeof open>) => map.ref(1),
    ]) {
      assert.deepEqual(full(use), [1, 3, 4]);
    }
  });
  it("a walk meets each entry once, whatever the callback does", () => {
    for (const map of [hashMap(u32, u32, { maxEntries: 4 }), lruHashMap(u32, u32, { maxEntries: 4 })]) {
      for (const key of [1, 2, 3]) map.set(key, key);
      const met: number[] = [];
      map.forEach((value, key) => {
        met.push(value);
        map.set(key, value + 10);
        if (key === 1) map.delete(2);
      });
      assert.deepEqual(met, [1, 3]);
    }
  });
});
