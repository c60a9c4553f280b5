import assert from "node:assert/strict";
import { test } from "node:test";
import { bpfCoreAddressOf } from "./core.js";

test("an object has one address, another object another, and null has none", () => {
  const [task, parent] = [{ pid: 1 }, { pid: 1 }];
  const address = bpfCoreAddressOf(task);
  assert.equal(bpfCoreAddressOf(task), address);
  assert.notEqual(bpfCoreAddressOf(parent), address);
  assert.notEqual(address, 0n);
  assert.equal(bpfCoreAddressOf(null), 0n);
});
