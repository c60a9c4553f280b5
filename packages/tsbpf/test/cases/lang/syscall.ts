// A program that user space runs with a value, which it reads and writes in place.
import { chars, global, hashMap, struct, syscall, u16, u32, u64 } from "tsbpf";

const Name = struct({ text: chars(8), length: u16 });
const Sum = struct({ left: u32, right: u32, sum: u64, name: Name });
export const names = hashMap(u32, Name, { maxEntries: 8 });

export const add = syscall(Sum, (value) => {
  value.sum = u64(value.left) + u64(value.right);
  value.name.length = 3;
  value.name.text[0] = 65;
  names.set(1, value.name);
  return value.left > value.right ? 1 : 0;
});

const last = global(Sum);

// Both stores are written through one register: the verifier does not take a context and a map in one instruction.
export const putAside = syscall(Sum, (value) => {
  const sum = u64(value.left) + u64(value.right);
  if (value.left > value.right) last.value.sum = sum;
  else value.sum = sum;
  return 0;
});
