// Jenkins' hash (lookup3) of a key of 1 to 12 words, the way the kernel's jhash2 walks it.
import { array, arrayMap, rawTracepoint, type RawTracepointContext, struct, u32 } from "tsbpf";

const Key = struct({ words: array(u32, 12), hash: u32 });
const State = struct({ a: u32, b: u32, c: u32 });
export const keys = arrayMap(Key, { maxEntries: 4 });

function rotl(x: u32, by: number): u32 {
  return u32((x << by) | (x >>> (32 - by)));
}

export const hash = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const key = keys.get(ctx.args[0]);
  if (!key) return 0;
  const s = State();
  s.a = u32(0xdeadbeef + 48 + ctx.args[1]);
  s.b = s.a;
  s.c = s.a;
  for (let i = 0; i < 9; i += 3) {
    s.a += key.words[i];
    s.b += key.words[i + 1];
    s.c += key.words[i + 2];
    s.a -= s.c;
    s.a = u32(s.a ^ rotl(s.c, 4));
    s.c += s.b;
    s.b -= s.a;
    s.b = u32(s.b ^ rotl(s.a, 6));
    s.a += s.c;
    s.c -= s.b;
    s.c = u32(s.c ^ rotl(s.b, 8));
    s.b += s.a;
    s.a -= s.c;
    s.a = u32(s.a ^ rotl(s.c, 16));
    s.c += s.b;
    s.b -= s.a;
    s.b = u32(s.b ^ rotl(s.a, 19));
    s.a += s.c;
    s.c -= s.b;
    s.c = u32(s.c ^ rotl(s.b, 4));
    s.b += s.a;
  }
  s.a += key.words[9];
  s.b += key.words[10];
  s.c += key.words[11];
  s.c = u32((s.c ^ s.b) - rotl(s.b, 14));
  s.a = u32((s.a ^ s.c) - rotl(s.c, 11));
  s.b = u32((s.b ^ s.a) - rotl(s.a, 25));
  s.c = u32((s.c ^ s.b) - rotl(s.b, 16));
  s.a = u32((s.a ^ s.c) - rotl(s.c, 4));
  s.b = u32((s.b ^ s.a) - rotl(s.a, 14));
  s.c = u32((s.c ^ s.b) - rotl(s.b, 24));
  key.hash = s.c;
  return s.c;
});
