// The Internet checksum (RFC 1071) of 20 to 60 bytes, as of an IPv4 header with options.
import { array, arrayMap, rawTracepoint, type RawTracepointContext, struct, u16, u32 } from "tsbpf";

const Header = struct({ words: array(u16, 30) });
export const headers = arrayMap(Header, { maxEntries: 4 });

export const checksum = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const header = headers.get(ctx.args[0]);
  if (!header) return 0;
  const count = Math.min(ctx.args[1], 30);
  let sum: u32 = 0;
  for (let i = 0; i < count; i++) sum = u32(sum + header.words[i]);
  sum = u32((sum & 0xffff) + (sum >>> 16));
  sum = u32((sum & 0xffff) + (sum >>> 16));
  return u16(~sum);
});
