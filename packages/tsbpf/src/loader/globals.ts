// Constants and global variables of an object: what BTF says about its data sections. Constants are set before the
// sections become maps; globals are read and written while programs run.

import type { Kernel, KernelBytes, Mapping } from "../sys/kernel.js";
import type { Btf, BtfType } from "../btf/types.js";
import type { DataSpec, ObjectSpec } from "../object/spec.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { codecOf, encodeValue, type Codec } from "./codec.js";
import { LoaderError, systemError, unknownName } from "./errors.js";
import type { UserGlobal } from "./types.js";

/** A variable and where it lies. */
interface DataVariable {
  readonly name: string;
  readonly section: string;
  readonly readOnly: boolean;
  readonly offsetBytes: number;
  /** Made when it is first asked for: most variables of a large object never are. */
  codec(): Codec;
}

function dataVariables(spec: Pick<ObjectSpec, "data" | "btf">): DataVariable[] {
  const { btf } = spec;
  if (!btf) return [];
  return spec.data.flatMap((section) => sectionVariables(btf, section));
}

function sectionVariables(btf: Btf, section: DataSpec): DataVariable[] {
  const datasec = section.typeId === undefined ? undefined : btf.type(section.typeId);
  if (datasec?.kind !== "datasec") return [];
  return datasec.vars.flatMap(({ type: id, offset: offsetBytes }) => {
    const variable = btf.type(id);
    if (variable.kind !== "var") return [];
    let known: Codec | undefined;
    const codec = (): Codec => (known ??= codecInside(btf, variable, section, offsetBytes));
    const { section: name, readOnly } = section;
    return [{ name: variable.name, section: name, readOnly, offsetBytes, codec }];
  });
}

function codecInside(btf: Btf, variable: BtfType & { kind: "var" }, section: DataSpec, offsetBytes: number): Codec {
  const codec = codecOf(btf, variable.type);
  if (offsetBytes + codec.sizeBytes <= section.bytes.length) return codec;
  const doing = `read variable "${variable.name}"`;
  throw new LoaderError("ERR_OBJECT", `${doing}: it does not lie inside section ${section.section}`);
}

/** The data sections with the constants set that the user gives. */
export function setConstants(spec: ObjectSpec, given: Readonly<Record<string, unknown>>): readonly DataSpec[] {
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  if (names.length === 0) return spec.data;
  const variables = dataVariables(spec);
  const bytes = new Map(spec.data.map((section) => [section.section, section.bytes.slice()]));
  for (const name of names) {
    const variable = variables.find((candidate) => candidate.name === name);
    const constants = variables.filter(({ readOnly }) => readOnly).map((one) => one.name);
    if (!variable) throw unknownName("constant", name, constants);
    if (!variable.readOnly) {
      const instead = `it is a global variable: set \`object.globals.${name}.value\` once the object is loaded`;
      throw new LoaderError("ERR_VALUE", `set constant "${name}": ${instead}`);
    }
    const value = encodeValue(variable.codec(), given[name], `constant "${name}"`);
    bytes.get(variable.section)?.set(value, variable.offsetBytes);
  }
  return spec.data.map((section) => ({ ...section, bytes: bytes.get(section.section) ?? section.bytes }));
}

/** The memory of one data section while the object is loaded. */
interface OpenSection {
  read(offsetBytes: number, sizeBytes: number): Uint8Array;
  write(offsetBytes: number, bytes: Uint8Array): void;
  close(): void;
}

export interface OpenGlobals {
  readonly variables: ReadonlyMap<string, UserGlobal<unknown>>;
  close(): void;
}

/** `descriptor` gives that of a section's map; `isClosed` is asked before each use. */
export function openGlobals(
  kernel: Kernel,
  spec: ObjectSpec,
  descriptor: (section: string) => number,
  isClosed: () => boolean,
): OpenGlobals {
  const sections = new Map<string, OpenSection>();
  const open = (name: string): OpenSection => {
    const known = sections.get(name) ?? openSection(kernel, descriptor(name), sectionOf(spec, name));
    sections.set(name, known);
    return known;
  };
  const checkOpen = (name: string): void => {
    if (isClosed()) throw new LoaderError("ERR_CLOSED", `use variable "${name}": the object is closed`);
  };
  const variables = dataVariables(spec).map(
    (variable) => [variable.name, userGlobal(variable, open, checkOpen)] as const,
  );
  return {
    variables: new Map(variables),
    close() {
      for (const section of sections.values()) section.close();
    },
  };
}

function sectionOf(spec: ObjectSpec, name: string): DataSpec {
  const section = spec.data.find((candidate) => candidate.section === name);
  if (!section) throw new LoaderError("ERR_OBJECT", `open data section "${name}": the object does not have it`);
  return section;
}

function userGlobal(
  variable: DataVariable,
  open: (section: string) => OpenSection,
  checkOpen: (name: string) => void,
): UserGlobal<unknown> {
  const { name, section, offsetBytes, codec, readOnly } = variable;
  return {
    name,
    get value() {
      checkOpen(name);
      const bytes = open(section).read(offsetBytes, codec().sizeBytes);
      return codec().decode(new ByteReader(bytes, `variable "${name}"`), 0);
    },
    set value(value: unknown) {
      checkOpen(name);
      if (readOnly) {
        const hint = `give it to load: { constants: { ${name}: … } }`;
        throw new LoaderError("ERR_VALUE", `write constant "${name}": the kernel has it for good (${hint})`);
      }
      open(section).write(offsetBytes, encodeValue(codec(), value, `variable "${name}"`));
    },
  };
}

function openSection(kernel: Kernel, fd: number, section: DataSpec): OpenSection {
  // What nobody changes is what was loaded.
  if (section.readOnly) {
    return { read: (offset, size) => section.bytes.slice(offset, offset + size), write: () => {}, close: () => {} };
  }
  const mapping = kernel.mmap(fd, section.bytes.length, 0, true);
  return typeof mapping === "number" ? elementSection(kernel, fd, section) : mappedSection(mapping);
}

function mappedSection(mapping: Mapping): OpenSection {
  return {
    read(offsetBytes, sizeBytes) {
      const bytes = new Uint8Array(sizeBytes);
      copyWords(bytes.buffer, 0, mapping.buffer, offsetBytes, sizeBytes);
      return bytes;
    },
    write: (offsetBytes, bytes) => copyWords(mapping.buffer, offsetBytes, bytes.slice().buffer, 0, bytes.length),
    close: () => mapping.unmap(),
  };
}

/** In the widest words there are, so that no program sees half of a number. */
function copyWords(to: ArrayBuffer, toOffset: number, from: ArrayBuffer, fromOffset: number, size: number): void {
  for (let at = 0; at < size;) {
    const places = toOffset + at;
    const other = fromOffset + at;
    const isAligned = (width: number): boolean => places % width === 0 && other % width === 0 && at + width <= size;
    if (isAligned(8)) {
      new BigUint64Array(to, places, 1).set(new BigUint64Array(from, other, 1));
      at += 8;
    } else if (isAligned(4)) {
      new Uint32Array(to, places, 1).set(new Uint32Array(from, other, 1));
      at += 4;
    } else if (isAligned(2)) {
      new Uint16Array(to, places, 1).set(new Uint16Array(from, other, 1));
      at += 2;
    } else {
      new Uint8Array(to, places, 1).set(new Uint8Array(from, other, 1));
      at += 1;
    }
  }
}

/** Before Linux 5.5 the section is read and written as a whole: what a program writes meanwhile may be lost. */
function elementSection(kernel: Kernel, fd: number, section: DataSpec): OpenSection {
  const key = new ByteWriter(16).u32(0).finish();
  const whole = (): KernelBytes => {
    const bytes: KernelBytes = new Uint8Array(section.bytes.length);
    const status = kernel.mapLookup(fd, key, bytes);
    if (status < 0) throw systemError("ERR_MAP", `read data section "${section.section}"`, status);
    return bytes;
  };
  return {
    read: (offset, size) => whole().subarray(offset, offset + size),
    write(offset, bytes) {
      const all = whole();
      all.set(bytes, offset);
      const status = kernel.mapUpdate(fd, key, all, 0n);
      if (status < 0) throw systemError("ERR_MAP", `write data section "${section.section}"`, status);
    },
    close: () => {},
  };
}
