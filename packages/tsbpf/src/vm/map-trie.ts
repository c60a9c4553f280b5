// Longest-prefix-match maps: a key is a u32 with the number of bits that count, and then the bits themselves, most
// significant first (kernel/bpf/lpm_trie.c). A look-up gives the entry whose prefix is the longest that fits.

import type { MapSpec } from "../object/spec.js";
import { type Entries, type EntriesHost, ErrorNumber, flagsProblem, readU32, valueRegion } from "./map-entries.js";
import { regionBytes, retireRegion } from "./memory.js";

interface Entry {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly region: number;
}

const PREFIX_BYTES = 4;

export function trieEntries({ memory }: EntriesHost, spec: MapSpec): Entries {
  const entries = new Map<string, Entry>();
  const maxBits = 8 * (spec.keySize - PREFIX_BYTES);
  const exact = (bytes: Uint8Array, at: number): string => prefixText(bytes, at, readU32(bytes, at));
  const longest = (bytes: Uint8Array, at: number): number => {
    const bits = readU32(bytes, at);
    if (bits > maxBits) return -1;
    for (let length = bits; length >= 0; length--) {
      const entry = entries.get(prefixText(bytes, at, length));
      if (entry) return entry.region;
    }
    return -1;
  };
  return {
    find: longest,
    findOn: (bytes, at) => longest(bytes, at),
    regions(bytes, at) {
      const region = longest(bytes, at);
      return region < 0 ? undefined : [region];
    },
    update(bytes, keyAt, value, valueAt, flags) {
      if (readU32(bytes, keyAt) > maxBits) return ErrorNumber.EINVAL;
      const text = exact(bytes, keyAt);
      const known = entries.get(text);
      const problem = flagsProblem(flags, known !== undefined);
      if (problem !== 0) return problem;
      if (!known && entries.size >= spec.maxEntries) return ErrorNumber.ENOSPC;
      const [key, copy] = [bytes.slice(keyAt, keyAt + spec.keySize), value.slice(valueAt, valueAt + spec.valueSize)];
      if (known) retireRegion(memory, known.region);
      const region = valueRegion(memory, spec);
      regionBytes(memory, region).set(copy);
      entries.set(text, { key, region });
      return 0;
    },
    remove(bytes, at) {
      if (readU32(bytes, at) > maxBits) return ErrorNumber.EINVAL;
      const text = exact(bytes, at);
      const entry = entries.get(text);
      if (!entry) return ErrorNumber.ENOENT;
      entries.delete(text);
      retireRegion(memory, entry.region);
      return 0;
    },
    keys: () => [...entries.values()].map(({ key }) => key.slice()),
  };
}

/** Equal for keys whose first `bits` bits are equal. */
function prefixText(bytes: Uint8Array, at: number, bits: number): string {
  let text = `${bits}:`;
  for (let bit = 0; bit < bits; bit += 8) {
    const byte = bytes[at + PREFIX_BYTES + bit / 8] ?? 0;
    const keep = Math.min(8, bits - bit);
    text += String.fromCharCode(byte & (0xff00 >> keep));
  }
  return text;
}
