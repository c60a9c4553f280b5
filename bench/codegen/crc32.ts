// CRC-32 (IEEE 802.3) of 64 bytes, bit by bit.
import { arrayMap, bytes, rawTracepoint, type RawTracepointContext, struct, u32 } from "tsbpf";

const Block = struct({ data: bytes(64), crc: u32 });
export const blocks = arrayMap(Block, { maxEntries: 4 });

export const crc32 = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const block = blocks.get(ctx.args[0]);
  if (!block) return;
  let crc: u32 = 0xffffffff;
  for (let i = 0; i < 64; i++) {
    crc = u32(crc ^ block.data[i]);
    for (let bit = 0; bit < 8; bit++) crc = u32((crc >>> 1) ^ Math.imul(crc & 1, 0xedb88320));
  }
  block.crc = u32(~crc);
});
