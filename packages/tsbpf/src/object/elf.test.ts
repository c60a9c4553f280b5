import assert from "node:assert/strict";
import { test } from "node:test";

import { ByteReader, ByteWriter, FormatError } from "../util/bytes.js";
import {
  encodeRelocations,
  readElf,
  readRelocations,
  SectionType,
  SymbolBinding,
  SymbolType,
  writeElf,
} from "./elf.js";
import type { ElfSectionInput, ElfSymbol } from "./elf.js";
import { haveTools, run, withFile } from "./tools.test.helper.js";

const text: ElfSectionInput = {
  name: ".text",
  type: SectionType.PROGBITS,
  flags: 6,
  align: 8,
  bytes: new Uint8Array(16),
};
const bss: ElfSectionInput = { name: ".bss", type: SectionType.NOBITS, flags: 3, align: 4, bytes: new Uint8Array(40) };
const relocations = [{ offsetBytes: 8, type: 10, symbol: 2 }];
const rel: ElfSectionInput = {
  name: ".rel.text",
  type: SectionType.REL,
  flags: 0x40,
  align: 8,
  bytes: encodeRelocations(relocations),
  relocates: 1,
};
const symbol = (name: string, binding: number, section = 1): ElfSymbol => {
  return { name, value: 8, sizeBytes: 8, type: SymbolType.FUNC, binding, visibility: 0, section };
};
const symbols = [
  symbol("local", SymbolBinding.LOCAL),
  symbol("global", SymbolBinding.GLOBAL),
  symbol("weak", SymbolBinding.WEAK, 2),
];
const good = writeElf([text, bss, rel], symbols);

test("sections, symbols and relocations survive writing and reading", () => {
  const file = readElf(good, "X");
  assert.deepEqual(
    file.sections.map(({ name, type, sizeBytes }) => [name, type, sizeBytes]),
    [
      ["", 0, 0],
      [".text", 1, 16],
      [".bss", 8, 40],
      [".rel.text", 9, 16],
      [".symtab", 2, 96],
      [".strtab", 3, 56],
    ],
  );
  assert.deepEqual(file.symbols.slice(1), symbols);
  assert.equal(file.sections[3]?.info, 1);
  assert.equal(file.sections[2]?.bytes.length, 0);
  assert.ok(file.sections[3]);
  assert.deepEqual(readRelocations(file.sections[3], "X"), relocations);
});

test("llvm-readelf finds nothing wrong", (t) => {
  if (!haveTools(t, "llvm-readelf-19")) return;
  const output = withFile(good, (path) => run("llvm-readelf-19", ["-a", path]));
  assert.doesNotMatch(output, /warning|error/i);
  assert.match(output, /Machine:\s+EM_BPF/);
  assert.match(output, /R_BPF_64_32\s+0000000000000008 global/);
});

test("local symbols come first", () => {
  assert.throws(() => writeElf([text], [...symbols].reverse()), /local symbol follows a global one/);
});

function patched(at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = good.slice();
  copy.set(bytes, at);
  return copy;
}

const tableAt = new ByteReader(good, "X").size64(40);
const header = (section: number, field: number): number => tableAt + section * 64 + field;

const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(0), /^X: this is not an ELF file$/],
  ["text", new TextEncoder().encode("#!/bin/sh\nexit 0\n".repeat(9)), /not an ELF file/],
  ["half a header", good.slice(0, 40), /ELF header is cut off/],
  ["32 bits", patched(4, 1), /not a 64-bit ELF file \(compile with -target bpf\)/],
  ["big-endian", patched(5, 2), /big-endian objects are not supported/],
  ["another machine", patched(18, 62, 0), /machine is 62, not BPF \(247\)/],
  ["an executable", patched(16, 2), /type is 2, not relocatable/],
  ["other section headers", patched(58, 40), /section headers of 40 bytes/],
  ["no sections", patched(60, 0, 0), /no sections/],
  ["too many sections", patched(60, 0xff, 0xff), /section headers end after the file/],
  ["section headers far away", patched(40, 0, 0, 0, 0, 0, 0, 0, 0x7f), /size \d+ is out of range/],
  ["a name index out of range", patched(62, 99), /section name index 99 is out of range/],
  ["a name offset out of range", patched(header(1, 0), 0xff, 0xff), /name offset 65535 is outside/],
  ["a section past the end", patched(header(1, 32), 0xff, 0xff), /section 1 ends after the file/],
  ["a cut file", good.slice(0, good.length - 1), /section headers end after the file/],
  ["an enormous .bss", patched(header(2, 36), 1), /section 2 of \d+ zero bytes is too large/],
  ["a missing string table", patched(header(4, 40), 77), /string table \(section 77\) does not exist/],
  ["half a symbol", patched(header(4, 32), 95), /not a whole number of 24-byte symbols/],
];
for (const [name, bytes, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => readElf(bytes, "X"),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  });
}

test("sections that overlap again and again are refused", () => {
  const sections = Array.from({ length: 50 }, (_, index): ElfSectionInput => ({
    ...text,
    name: `.s${index}`,
    bytes: new Uint8Array(64),
  }));
  const bytes = writeElf(sections, []);
  const table = new ByteReader(bytes, "X").size64(40);
  const whole = new ByteWriter().u64(0n).u64(BigInt(bytes.length)).finish();
  for (let index = 1; index <= sections.length; index++) bytes.set(whole, table + index * 64 + 24);
  assert.throws(() => readElf(bytes, "X"), /sections overlap/);
});

test("half a relocation is refused", () => {
  const file = readElf(patched(header(3, 32), 15), "X");
  const section = file.sections[3];
  assert.ok(section);
  assert.throws(() => readRelocations(section, "X"), /not a whole number of 16-byte relocations/);
});
