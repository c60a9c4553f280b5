// Questions about the kernel's own types, answered when the program is loaded (CO-RE). In plain Node the object at
// hand is the answer where there is one; what only a kernel knows fails there, unless a test says it
// (installHelpers).

import { helperImplementations, runHelper } from "./kernel-only.js";
import type { KernelAddress, u32, u64 } from "./types.js";

/**
 * True when the running kernel's type has this field: `if (bpfCoreFieldExists(task.tgid)) …`. The argument is not
 * read, only named.
 */
export function bpfCoreFieldExists(field: unknown): boolean {
  return ask("bpfCoreFieldExists", field !== undefined, field);
}

/** The field's size in bytes in the running kernel; for a bit-field, that of the memory to load. */
export function bpfCoreFieldSize(field: unknown): u32 {
  return runHelper("bpfCoreFieldSize", field) as u32;
}

/** Where the field lies in the running kernel's type, in bytes from the start of the object it is named in. */
export function bpfCoreFieldOffset(field: unknown): u32 {
  return runHelper("bpfCoreFieldOffset", field) as u32;
}

/** True when the field is a signed integer in the running kernel. */
export function bpfCoreFieldSigned(field: unknown): boolean {
  return runHelper("bpfCoreFieldSigned", field) as boolean;
}

/** True when the running kernel has such a type, whatever its fields. */
export function bpfCoreTypeExists<T extends object>(): boolean {
  return ask<T>("bpfCoreTypeExists", true);
}

/** True when the running kernel's type has every field that the view declares, with the same type. */
export function bpfCoreTypeMatches<T extends object>(): boolean {
  return ask<T>("bpfCoreTypeMatches", true);
}

/** The type's size in bytes in the running kernel; 0 when there is no such type. */
export function bpfCoreTypeSize<T extends object>(): u32 {
  return answer<T, u32>("bpfCoreTypeSize");
}

/** The type's id in the BTF of this very program. */
export function bpfCoreTypeIdLocal<T extends object>(): u32 {
  return answer<T, u32>("bpfCoreTypeIdLocal");
}

/** The type's id in the running kernel's BTF; 0 when there is no such type. */
export function bpfCoreTypeIdKernel<T extends object>(): u32 {
  return answer<T, u32>("bpfCoreTypeIdKernel");
}

/** What a value of an enum is in a program: `bigint` where the enum has 64 bits. */
type EnumValue<E> = E[keyof E] extends bigint ? u64 : number;

/** The value of an enum's name in the running kernel: `bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_SID")`. */
export function bpfCoreEnumValue<E extends object>(name: keyof E): EnumValue<E> {
  return runHelper("bpfCoreEnumValue", name) as EnumValue<E>;
}

/** True when the running kernel's enum has a value of this name. */
export function bpfCoreEnumValueExists<E extends object>(name: keyof E): boolean {
  return ask("bpfCoreEnumValueExists", true, name);
}

/** The same address as a pointer to a `T`, where the program knows more than the kernel's types say. */
export function bpfCoreCast<T extends object>(address: KernelAddress): T {
  return address as T;
}

function ask<_T>(name: string, here: boolean, ...args: readonly unknown[]): boolean {
  return helperImplementations.has(name) ? Boolean(runHelper(name, ...args)) : here;
}

function answer<_T, Result>(name: string): Result {
  return runHelper(name) as Result;
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
