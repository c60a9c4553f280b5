// SipHash-2-4 of 16 bytes under a key of 128 bits: 64-bit additions and rotations.
import { arrayMap, rawTracepoint, type RawTracepointContext, struct, u32, u64, type Value } from "tsbpf";

const Input = struct({ key0: u64, key1: u64, low: u64, high: u64, hash: u64 });
const State = struct({ v0: u64, v1: u64, v2: u64, v3: u64 });
export const inputs = arrayMap(Input, { maxEntries: 4 });

function rotl(x: u64, by: u64): u64 {
  return u64((x << by) | (x >> (64n - by)));
}

function round(s: Value<typeof State>): void {
  s.v0 += s.v1;
  s.v1 = u64(rotl(s.v1, 13n) ^ s.v0);
  s.v0 = rotl(s.v0, 32n);
  s.v2 += s.v3;
  s.v3 = u64(rotl(s.v3, 16n) ^ s.v2);
  s.v0 += s.v3;
  s.v3 = u64(rotl(s.v3, 21n) ^ s.v0);
  s.v2 += s.v1;
  s.v1 = u64(rotl(s.v1, 17n) ^ s.v2);
  s.v2 = rotl(s.v2, 32n);
}

function compress(s: Value<typeof State>, word: u64): void {
  s.v3 = u64(s.v3 ^ word);
  round(s);
  round(s);
  s.v0 = u64(s.v0 ^ word);
}

export const siphash = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const input = inputs.get(ctx.args[0]);
  if (!input) return;
  const s = State();
  s.v0 = u64(input.key0 ^ 0x736f6d6570736575n);
  s.v1 = u64(input.key1 ^ 0x646f72616e646f6dn);
  s.v2 = u64(input.key0 ^ 0x6c7967656e657261n);
  s.v3 = u64(input.key1 ^ 0x7465646279746573n);
  compress(s, input.low);
  compress(s, input.high);
  compress(s, 16n << 56n);
  s.v2 = u64(s.v2 ^ 0xffn);
  round(s);
  round(s);
  round(s);
  round(s);
  input.hash = u64(s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
});
