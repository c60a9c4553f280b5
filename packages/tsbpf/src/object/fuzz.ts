// Damages objects, BTF and .BTF.ext and reads them: every case must end in a result or in FormatError, soon and
// without eating memory. `node fuzz.js 100000 [seed] [object file …]` runs any number of cases.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { applyCore, CoreError, resolveCore } from "../btf/core.js";
import { decodeBtf } from "../btf/decode.js";
import { decodeBtfExt } from "../btf/ext.js";
import type { Btf, CoreReloc } from "../btf/types.js";
import { coreRelocKinds } from "../btf/types.js";
import { FormatError } from "../util/bytes.js";
import { readElf } from "./elf.js";
import { readObject } from "./read.js";
import { sampleObject } from "./sample.js";
import { writeObject } from "./write.js";

export interface FuzzReport {
  readonly cases: number;
  /** Cases that were still read. */
  readonly results: number;
  /** Cases that were refused. */
  readonly errors: number;
  readonly slowestMs: number;
}

/** Throws the first error of another kind, naming the case. `more` are object files to damage besides our own. */
export function fuzzObject(cases: number, seed: number, more: readonly Uint8Array[] = []): FuzzReport {
  const random = makeRandom(seed);
  const { spec, btf } = sampleObject();
  const bases = [writeObject(spec, btf), ...more].map(prepare);
  let results = 0;
  let slowestMs = 0;
  for (let number = 0; number < cases; number++) {
    const base = bases[random(bases.length)];
    if (base === undefined) continue;
    const started = performance.now();
    try {
      runCase(base, random);
      results++;
    } catch (error) {
      if (!(error instanceof FormatError) && !(error instanceof CoreError)) {
        throw new Error(`fuzz case ${number} of seed ${seed} threw ${String(error)}`, { cause: error });
      }
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  return { cases, results, errors: cases - results, slowestMs };
}

interface Base {
  readonly bytes: Uint8Array;
  /** Stretches of the file worth damaging: [offset, length]. */
  readonly targets: readonly (readonly [number, number])[];
  readonly btf: Uint8Array;
  readonly ext: Uint8Array;
}

type Random = (below: number) => number;

function prepare(bytes: Uint8Array): Base {
  const { sections } = readElf(bytes, "base");
  const content = (name: string): Uint8Array =>
    sections.find((section) => section.name === name)?.bytes ?? new Uint8Array(0);
  const start = bytes.byteOffset;
  const interesting = sections.filter(({ bytes: part, name }) => part.length > 0 && !name.startsWith(".debug"));
  const targets = interesting.map(({ bytes: part }) => [part.byteOffset - start, part.length] as const);
  // The ELF header, and the table of section headers, which both we and clang put last.
  const tableBytes = Math.min(bytes.length, sections.length * 64);
  const headers = [
    [0, 64],
    [bytes.length - tableBytes, tableBytes],
  ] as const;
  return { bytes, targets: [...headers, ...targets], btf: content(".BTF"), ext: content(".BTF.ext") };
}

function runCase(base: Base, random: Random): void {
  switch (random(4)) {
    case 0:
      touchBtf(decodeBtf(damage(base.btf, random, [[0, base.btf.length]])), random);
      break;
    case 1: {
      const btf = decodeBtf(base.btf);
      decodeBtfExt(damage(base.ext, random, [[0, base.ext.length]]), (offset) => btf.string(offset));
      break;
    }
    default:
      touchObject(damage(base.bytes, random, base.targets), random);
  }
}

function touchObject(bytes: Uint8Array, random: Random): void {
  const object = readObject(bytes);
  if (object.btf === undefined) return;
  for (const fn of [...object.programs, ...object.subprograms]) {
    const resolutions = resolveCore(object.btf, fn.coreRelocations, object.btf);
    try {
      applyCore(fn.insns, resolutions);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
    }
  }
  touchBtf(object.btf, random);
}

function touchBtf(btf: Btf, random: Random): void {
  const relocs: CoreReloc[] = [];
  for (let id = 0; id < btf.typeCount; id++) {
    try {
      const type = btf.type(id);
      if ("name" in type) btf.idsByEssentialName(type.name);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    const kind = coreRelocKinds[random(coreRelocKinds.length)];
    if (kind !== undefined)
      relocs.push({ insnIndex: 0, kind, typeId: id, access: ["0", "0:0", "0:1", "0:2:1"][random(4)] ?? "0" });
  }
  resolveCore(btf, relocs, btf);
}

/** A damaged copy. */
function damage(original: Uint8Array, random: Random, targets: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = original.slice();
  const [start, length] = targets[random(targets.length)] ?? [0, bytes.length];
  if (length === 0) return bytes;
  const place = (): number => start + random(length);
  switch (random(6)) {
    case 0:
      return bytes.subarray(0, random(bytes.length));
    case 1:
      for (let count = random(8); count >= 0; count--) {
        const at = place();
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      return bytes;
    case 2:
      // Splice: a stretch of the bytes over another.
      bytes.copyWithin(place(), place(), place());
      return bytes;
    case 3: {
      const from = place();
      for (let at = from; at < Math.min(from + 1 + random(32), start + length); at++) bytes[at] = random(256);
      return bytes;
    }
    case 4:
      // Most fields are aligned words; these values are the ones that go wrong.
      for (let count = random(3); count >= 0; count--) {
        const value = interestingWords[random(interestingWords.length)] ?? 0;
        const at = start + random(Math.max(1, length >> 2)) * 4;
        for (let byte = 0; byte < 4 && at + byte < bytes.length; byte++)
          bytes[at + byte] = (value >>> (byte * 8)) & 0xff;
      }
      return bytes;
    default: {
      // One word a little larger or smaller: counts, ids and offsets that just miss.
      const at = start + random(Math.max(1, length >> 2)) * 4;
      bytes[at] = ((bytes[at] ?? 0) + random(7) - 3) & 0xff;
      return bytes;
    }
  }
}

const interestingWords = [
  0, 1, 2, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, 0x04000fff, 0x0d00ffff,
];

/** xorshift32: the same seed always gives the same cases. */
function makeRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return below <= 1 ? 0 : state % below;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [cases = "10000", seed = String(Date.now() >>> 0), ...files] = process.argv.slice(2);
  process.stdout.write(`seed ${seed}\n`);
  const report = fuzzObject(
    Number(cases),
    Number(seed),
    files.map((file) => readFileSync(file)),
  );
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
