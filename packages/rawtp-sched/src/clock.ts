// From the kernel's event time (CLOCK_MONOTONIC, nanoseconds) to the time of day. Node has the latter in
// milliseconds only, so the offset between the two clocks is taken at the moment when a millisecond begins.

export interface Clocks {
  monotonicNs(): bigint;
  /** Whole milliseconds since 1970. */
  wallMs(): number;
}

export const systemClocks: Clocks = { monotonicNs: () => process.hrtime.bigint(), wallMs: () => Date.now() };

/** How far the clocks may drift apart (a step by NTP, a suspend) before the offset is taken anew. */
const toleranceNs = 2_000_000n;
const nsPerMs = 1_000_000n;

export interface WallClock {
  /** The time of day, in nanoseconds since 1970, of a CLOCK_MONOTONIC time. */
  wallNs(monotonicNs: bigint): bigint;
  /** Compares the clocks; call it once in a while. */
  adjust(): void;
}

export function createWallClock(clocks: Clocks = systemClocks): WallClock {
  let offsetNs = measureOffsetNs(clocks);
  return {
    wallNs: (monotonicNs) => monotonicNs + offsetNs,
    adjust() {
      // A whole millisecond reads up to one millisecond too early.
      const errorNs = BigInt(clocks.wallMs()) * nsPerMs - (clocks.monotonicNs() + offsetNs);
      if (errorNs > toleranceNs || errorNs < -toleranceNs) offsetNs = measureOffsetNs(clocks);
    },
  };
}

/** Waits for the next millisecond to begin, which takes one at most. */
function measureOffsetNs(clocks: Clocks): bigint {
  const start = clocks.wallMs();
  for (;;) {
    const monotonicNs = clocks.monotonicNs();
    const now = clocks.wallMs();
    if (now !== start) return BigInt(now) * nsPerMs - monotonicNs;
  }
}
