// A program that user space runs with a value, which it reads and writes in place.
import { chars, hashMap, struct, syscall, u16, u32, u64 } from "tsbpf";

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
