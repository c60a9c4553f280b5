import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MapSpec } from "../object/spec.js";
import { bytesOfU32, ErrorNumber, EXIST, NOEXIST } from "./map-entries.js";
import { beginTurn, createQueue, createStream, endTurn, sendRecord, takeRoom } from "./map-streams.js";
import { createMap, MapType, type VmMap } from "./maps.js";
import { createMemory, regionBytes, releaseRetired, type Memory } from "./memory.js";

function spec(type: number, more: Partial<MapSpec> = {}): MapSpec {
  const base = { name: "m", type, keySize: 4, valueSize: 4, maxEntries: 3, flags: 0 };
  return { ...base, keyTypeId: undefined, valueTypeId: undefined, eventTypeId: undefined, ...more };
}

interface Fixture {
  readonly memory: Memory;
  readonly map: VmMap;
  set(key: number, value: number, flags?: number): number;
  get(key: number): number | undefined;
  remove(key: number): number;
  keys(): number[];
  cpu: number;
}

function open(type: number, more: Partial<MapSpec> = {}): Fixture {
  const memory = createMemory();
  const fixture = { cpu: 0 };
  const map = createMap({ memory, cpuCount: 2, cpu: () => fixture.cpu }, spec(type, more), 0);
  assert.ok(map?.entries);
  const { entries } = map;
  return Object.assign(fixture, {
    memory,
    map,
    set: (key: number, value: number, flags = 0) => entries.update(bytesOfU32(key), 0, bytesOfU32(value), 0, flags),
    get(key: number) {
      const region = entries.find(bytesOfU32(key), 0);
      return region < 0 ? undefined : regionBytes(memory, region)[0];
    },
    remove: (key: number) => entries.remove(bytesOfU32(key), 0),
    keys: () => entries.keys().map((key) => key[0] ?? 0),
  });
}

describe("maps of the virtual machine", () => {
  it("hash: add, replace, delete, full", () => {
    const hash = open(MapType.HASH);
    assert.equal(hash.get(1), undefined);
    assert.deepEqual(
      [hash.set(1, 10), hash.set(2, 20), hash.set(3, 30), hash.set(4, 40)],
      [0, 0, 0, ErrorNumber.E2BIG],
    );
    assert.deepEqual([hash.set(1, 11), hash.get(1), hash.get(2)], [0, 11, 20]);
    assert.deepEqual([hash.set(1, 1, NOEXIST), hash.set(9, 1, EXIST)], [ErrorNumber.EEXIST, ErrorNumber.ENOENT]);
    assert.equal(hash.set(1, 1, 3), ErrorNumber.EINVAL);
    assert.deepEqual([hash.remove(2), hash.remove(2), hash.get(2)], [0, ErrorNumber.ENOENT, undefined]);
    assert.deepEqual(hash.keys(), [1, 3]);
  });
  it("hash: who has a value that is replaced or deleted still sees the old one until the run is over", () => {
    const hash = open(MapType.HASH);
    hash.set(1, 10);
    const old = hash.map.entries?.find(bytesOfU32(1), 0) ?? -1;
    hash.set(1, 11);
    hash.remove(1);
    assert.deepEqual([...regionBytes(hash.memory, old)], [10, 0, 0, 0]);
    releaseRetired(hash.memory);
    assert.equal(regionBytes(hash.memory, old).length, 0);
  });
  it("LRU hash: the least recently used goes", () => {
    const hash = open(MapType.LRU_HASH);
    for (const key of [1, 2, 3]) hash.set(key, key);
    hash.get(1);
    assert.deepEqual([hash.set(4, 4), hash.keys()], [0, [3, 1, 4]]);
  });
  it("LRU hash: storing a value is a use, an update that is refused is none", () => {
    for (const type of [MapType.LRU_HASH, MapType.LRU_PERCPU_HASH]) {
      const hash = open(type);
      for (const key of [1, 2, 3, 1]) hash.set(key, key);
      assert.deepEqual([hash.set(2, 2, NOEXIST), hash.keys()], [ErrorNumber.EEXIST, [2, 3, 1]]);
      assert.deepEqual([hash.set(4, 4), hash.keys()], [0, [3, 1, 4]]);
    }
  });
  it("per-CPU hash and array: one value for each CPU", () => {
    for (const type of [MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH, MapType.PERCPU_ARRAY]) {
      const map = open(type);
      map.set(1, 10);
      map.cpu = 1;
      assert.equal(map.get(1), 0);
      map.set(1, 20);
      map.cpu = 0;
      assert.equal(map.get(1), 10);
      const regions = map.map.entries?.regions(bytesOfU32(1), 0) ?? [];
      assert.deepEqual(
        regions.map((region) => regionBytes(map.memory, region)[0]),
        [10, 20],
      );
    }
  });
  it("array: every element is there, none is added or removed", () => {
    const array = open(MapType.ARRAY);
    assert.deepEqual([array.get(2), array.get(3)], [0, undefined]);
    assert.deepEqual([array.set(2, 7), array.get(2), array.set(3, 7)], [0, 7, ErrorNumber.E2BIG]);
    assert.deepEqual([array.set(0, 1, NOEXIST), array.remove(0)], [ErrorNumber.EEXIST, ErrorNumber.EINVAL]);
    assert.deepEqual(array.keys(), [0, 1, 2]);
  });
  it("trie: the longest prefix wins", () => {
    const trie = open(MapType.LPM_TRIE, { keySize: 8, maxEntries: 4 }).map.entries;
    const memory = createMemory();
    assert.ok(trie && memory);
    const key = (bits: number, ...bytes: number[]): Uint8Array => Uint8Array.from([bits, 0, 0, 0, ...bytes]);
    const add = (one: Uint8Array, value: number): number => trie.update(one, 0, bytesOfU32(value), 0, 0);
    assert.deepEqual(
      [add(key(8, 10, 0, 0, 0), 1), add(key(20, 10, 1, 16, 0), 2), add(key(0, 0, 0, 0, 0), 3)],
      [0, 0, 0],
    );
    const found = (...bytes: number[]): number => trie.find(key(32, ...bytes), 0);
    assert.equal(found(10, 1, 31, 255), trie.find(key(20, 10, 1, 16, 0), 0));
    assert.equal(found(10, 1, 32, 0), trie.find(key(8, 10, 0, 0, 0), 0));
    assert.equal(found(11, 0, 0, 0), trie.find(key(0, 0, 0, 0, 0), 0));
    assert.equal(trie.find(key(33, 10, 0, 0, 0), 0), -1);
    assert.deepEqual([add(key(33, 1, 1, 1, 1), 1), add(key(32, 1, 1, 1, 1), 1)], [ErrorNumber.EINVAL, 0]);
    assert.equal(add(key(32, 1, 1, 1, 2), 1), ErrorNumber.ENOSPC);
    assert.deepEqual(
      [trie.remove(key(8, 10, 9, 9, 9), 0), trie.remove(key(8, 10, 0, 0, 0), 0)],
      [0, ErrorNumber.ENOENT],
    );
    assert.equal(found(10, 1, 32, 0), found(11, 0, 0, 0));
  });
  it("queue and stack", () => {
    const value = (one: number): Uint8Array<ArrayBuffer> => Uint8Array.of(one);
    for (const lastFirst of [false, true]) {
      const queue = createQueue(2, lastFirst);
      assert.equal(queue.take(true), undefined);
      assert.deepEqual([queue.push(value(1), 0), queue.push(value(2), 0)], [0, 0]);
      assert.deepEqual(
        [queue.push(value(3), 0), queue.push(value(3), NOEXIST)],
        [ErrorNumber.E2BIG, ErrorNumber.EINVAL],
      );
      assert.equal(queue.push(value(3), EXIST), 0);
      const order = [queue.take(false), queue.take(true), queue.take(true), queue.take(true)];
      assert.deepEqual(
        order.map((one) => one?.[0]),
        lastFirst ? [3, 3, 2, undefined] : [2, 2, 3, undefined],
      );
    }
  });
  it("a ring is full before its last byte", () => {
    const ring = createStream(4096);
    assert.equal(takeRoom(ring, 4088), false);
    assert.equal(takeRoom(ring, 4080), true);
    assert.equal(takeRoom(ring, 0), false);
  });
  it("a ring gives its records in the order in which they were reserved", () => {
    const ring = createStream(4096);
    const record = (one: number) => ({ bytes: Uint8Array.of(one), cpu: 0, timeNs: 0n });
    const sent = (): number[] => ring.records.map(({ bytes }) => bytes[0] ?? 0);
    sendRecord(ring, record(1));
    const [first, second, third] = [beginTurn(ring), beginTurn(ring), beginTurn(ring)];
    sendRecord(ring, record(5));
    endTurn(ring, third, record(4));
    assert.deepEqual(sent(), [1]);
    endTurn(ring, first, record(2));
    assert.deepEqual(sent(), [1, 2]);
    endTurn(ring, second, "discarded");
    assert.deepEqual(sent(), [1, 2, 4, 5]);
    sendRecord(ring, record(6));
    assert.deepEqual([sent(), ring.turns], [[1, 2, 4, 5, 6], []]);
  });
  it("a kind that is not there", () => {
    const host = { memory: createMemory(), cpuCount: 1, cpu: () => 0 };
    assert.equal(createMap(host, spec(33), 0), undefined);
  });
});
