// A set of small integers as bits in 32-bit words, for data flow over registers and stack slots.

export type BitSet = Uint32Array;

export function makeBitSet(size: number): BitSet {
  return new Uint32Array((size + 31) >>> 5);
}

export function has(set: BitSet, index: number): boolean {
  return (((set[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
}

export function add(set: BitSet, index: number): void {
  set[index >>> 5] = (set[index >>> 5] ?? 0) | (1 << (index & 31));
}

export function remove(set: BitSet, index: number): void {
  set[index >>> 5] = (set[index >>> 5] ?? 0) & ~(1 << (index & 31));
}

/** Adds the members of `other`; true when there were new ones. */
export function addAll(set: BitSet, other: BitSet): boolean {
  let changed = false;
  for (let word = 0; word < set.length; word++) {
    const before = set[word] ?? 0;
    const after = (before | (other[word] ?? 0)) >>> 0;
    if (after !== before) {
      set[word] = after;
      changed = true;
    }
  }
  return changed;
}

/** Members in increasing order. */
export function forEach(set: BitSet, visit: (index: number) => void): void {
  for (let word = 0; word < set.length; word++) {
    for (let bits = set[word] ?? 0; bits !== 0; bits &= bits - 1) visit(word * 32 + 31 - Math.clz32(bits & -bits));
  }
}
