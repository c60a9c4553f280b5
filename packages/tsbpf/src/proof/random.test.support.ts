// Numbers that look random and are the same for the same seed.

export interface Random {
  /** An integer from 0 to below `limit`. */
  below(limit: number): number;
  /** One of the list. */
  pick<T>(list: readonly T[]): T;
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean;
  /** 64 random bits, most often small or at an edge. */
  bits(): bigint;
}

const edges = [
  0n,
  1n,
  2n,
  7n,
  31n,
  63n,
  127n,
  128n,
  255n,
  256n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
].concat([0xffff_ffffn, 0x1_0000_0000n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]);

/** The finalizer of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014). */
function mix(bits: bigint): bigint {
  const one = BigInt.asUintN(64, (bits ^ (bits >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  const two = BigInt.asUintN(64, (one ^ (one >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return two ^ (two >> 31n);
}

export function makeRandom(seed: number): Random {
  // Mixed, for the states of one seed must not be those of the next one a step later.
  let state = mix(BigInt.asUintN(64, BigInt(seed) + 0x1234_5678n));
  const next = (): bigint => {
    state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
    return mix(state);
  };
  const below = (limit: number): number => Number(next() % BigInt(limit));
  return {
    below,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    chance: (percent) => below(100) < percent,
    bits() {
      const kind = below(4);
      if (kind === 0) return edges[below(edges.length)] as bigint;
      if (kind === 1) return next() & 0xfn;
      if (kind === 2) return BigInt.asUintN(64, (edges[below(edges.length)] as bigint) + (next() & 3n) - 1n);
      return next() >> BigInt(below(64));
    },
  };
}
