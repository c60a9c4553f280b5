// The cases of programs that compute: sums, hashes, sorting. What they compute from comes in a map's entry.

import { bytesOf, d, q, rawTime, run, set, x } from "./script.mjs";

const byIndex = (map, bytes, count = 4) =>
  Array.from({ length: count }, (_, i) => set(map, d(i), x(bytesOf(i + 1, bytes))));
const runs = (program, ...contexts) => contexts.map((numbers) => run(program, q(...numbers)));
const ones = "ff".repeat(8);

export const compute = [
  {
    name: "checksum",
    steps: [...byIndex("headers", 60), ...runs("checksum", [0, 10], [1, 30], [2, 31], [3, 0], [4, 5], [1, 4294967295])],
    time: rawTime("checksum", q(1, 30)),
  },
  { name: "crc32", steps: [...byIndex("blocks", 68), ...runs("crc32", [0], [1], [4])], time: rawTime("crc32", q(1)) },
  {
    name: "popcount",
    steps: [
      ...byIndex("bitmaps", 128, 2),
      set("bitmaps", d(2), `x${ones.repeat(16)}`),
      set("bitmaps", d(3), `x${ones.repeat(9)}fffffffffffffe7f${"00".repeat(48)}`),
      ...[0, 1, 2, 3, 4].flatMap((index) => [...runs("count", [index]), ...runs("firstClear", [index])]),
    ],
    time: rawTime("count", q(1)),
  },
  {
    name: "sort",
    steps: [...byIndex("samples", 36), ...runs("sort", [0], [1], [2], [3], [0], [4])],
    time: rawTime("sort", q(1), byIndex("samples", 36)),
  },
  {
    name: "murmur",
    steps: [...byIndex("flows", 16, 8), ...runs("bucket", [0, 0], [1, 7], [2, 4294967295], [7, 1], [8, 1])],
    time: rawTime("bucket", q(1, 7)),
  },
  {
    name: "jhash",
    steps: [...byIndex("keys", 52), ...runs("hash", [0, 0], [1, 7], [3, 4294967295], [4, 1])],
    time: rawTime("hash", q(1, 7)),
  },
  {
    name: "siphash",
    steps: [...byIndex("inputs", 40), ...runs("siphash", [0], [1], [3], [4])],
    time: rawTime("siphash", q(1)),
  },
  {
    name: "calls",
    steps: [...byIndex("records", 104), ...runs("advance", [0, 0x1b], [1, 0xe4], [2, 0xff], [3, 0], [0, 0x1b], [4, 0])],
    time: rawTime("advance", q(1, 0x1b)),
  },
  {
    name: "queue-work",
    steps: [
      ...Array.from({ length: 70 }, (_, i) => run("submit", q(i, i % 3, i * 100))),
      ...Array.from({ length: 20 }, () => run("work")),
      ...runs("submit", [1, 2, 3], [4, 2, 5]),
    ],
    time: rawTime("submit", q(1, 2, 3)),
  },
  {
    name: "counters",
    steps: [1, 257, 257, 3, 257, 257, 600, 257].map((id) => run("onEnter", q(0, id))),
    time: rawTime("onEnter", q(0, 257)),
  },
];
