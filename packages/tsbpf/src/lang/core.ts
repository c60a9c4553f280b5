// Questions about the kernel's own types, answered when the program is loaded (CO-RE). In plain Node the object at
// hand is the answer.

import type { u64 } from "./types.js";

/**
 * True when the running kernel's type has this field: `if (bpfCoreFieldExists(task.tgid)) …`. The argument is not
 * read, only named.
 */
export function bpfCoreFieldExists(field: unknown): boolean {
  return field !== undefined;
}

const addresses = new WeakMap<object, u64>();
let nextAddress = 0xffff_8880_0000_0000n;

/**
 * Where an object is in kernel memory, as a number: a map's key, or something to compare with (0 for null). Nothing
 * can be read through it. In plain Node every object has an address of its own.
 */
export function bpfCoreAddressOf(object: object | null): u64 {
  if (object === null) return 0n;
  const known = addresses.get(object);
  if (known !== undefined) return known;
  const address = nextAddress;
  nextAddress += 4096n;
  addresses.set(object, address);
  return address;
}
