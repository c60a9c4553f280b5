// Puts an object that was read into the kernel: maps, programs, links between them. Whatever fails on the way, every
// descriptor opened so far is closed.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { Errno } from "../sys/errno.js";
import { programKindOfSection, type ProgramKindSpec } from "../bpf/program-kinds.js";
import { CoreError, POISON_HELPER, applyCore, resolveCore } from "../btf/core.js";
import { explainMissing, type Missing } from "../btf/core-missing.js";
import type { Btf, CoreReloc } from "../btf/types.js";
import type { FunctionSpec, ObjectSpec } from "../object/spec.js";
import { decodeText } from "../util/bytes.js";
import { sanitizeBtf, type SanitizedBtf } from "./btf-sanitize.js";
import { LoaderError, ObjectError, VerifierError, unknownName } from "./errors.js";
import { didYouMean } from "../util/did-you-mean.js";
import { featureProbes, permissionError, type FeatureProbes } from "./features.js";
import { openProgram, type OpenProgram } from "./loaded-program.js";
import { createDataMap, createMap, resolveMapSpec } from "./map-create.js";
import { openGlobals } from "./globals.js";
import { openUserMap } from "./map.js";
import { loadProgram } from "./program.js";
import { linkProgram, replaceProbeRead, usesNewProbeRead, type Descriptors, type LinkedProgram } from "./relocate.js";
import type { Link, LoadedMap, LoadedObject, LoadedProgram, Maps, Programs } from "./types.js";

export interface KindAndTarget {
  readonly kind: ProgramKindSpec;
  readonly target: string;
}
export type Kinds = ReadonlyMap<string, KindAndTarget>;

export function programKinds(spec: ObjectSpec, name: string): Kinds {
  const kinds = new Map<string, KindAndTarget>();
  for (const program of spec.programs) {
    const found = programKindOfSection(program.section);
    if (!found) {
      throw new ObjectError(
        `load program "${program.name}" of ${name}: its section "${program.section}" names no known kind of program`,
      );
    }
    kinds.set(program.name, found);
  }
  return kinds;
}

/** Whether the kernel's types must be known before the object can be loaded. */
export function needsKernelBtf(spec: ObjectSpec, kinds: Kinds): boolean {
  const functions = [...spec.programs, ...spec.subprograms];
  if (functions.some((one) => one.coreRelocations.length > 0)) return true;
  return [...kinds.values()].some(({ kind }) => kind.btfTargetPrefix !== undefined);
}

export function loadSpec(kernel: Kernel, spec: ObjectSpec, kinds: Kinds, kernelBtf: Btf | undefined): LoadedObject {
  const resources = new Resources(kernel);
  try {
    return loadAll(kernel, spec, kinds, kernelBtf, resources);
  } catch (error) {
    resources.close();
    throw error;
  }
}

/** Everything of one object that has to be given back, in the order it was opened. */
class Resources {
  readonly #kernel: Kernel;
  readonly fds: number[] = [];
  readonly streams: { close(): void }[] = [];
  readonly links = new Set<Link>();
  isClosed = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  own(fd: number): number {
    this.fds.push(fd);
    return fd;
  }

  /** Programs are detached before their streams close, and maps go last. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const link of this.links) link.close();
    for (const stream of this.streams) stream.close();
    for (const fd of this.fds.reverse()) this.#kernel.close(fd);
    this.fds.length = 0;
  }
}

function loadAll(
  kernel: Kernel,
  spec: ObjectSpec,
  kinds: Kinds,
  kernelBtf: Btf | undefined,
  resources: Resources,
): LoadedObject {
  const probes = featureProbes(kernel);
  const btf = loadObjectBtf(kernel, spec, probes, resources);
  const maps = new Map<string, LoadedMap>();
  const mapFds = new Map<string, number>();
  for (const given of spec.maps) {
    const map = resolveMapSpec(kernel, given);
    const fd = resources.own(createMap(kernel, map, btf && { fd: btf.fd, replaced: btf.sanitized.replaced }));
    mapFds.set(map.name, fd);
    const open = openUserMap(kernel, map, fd, spec.btf, () => resources.isClosed);
    if ("open" in open) resources.streams.push(open);
    maps.set(map.name, open);
  }
  for (const data of spec.data) {
    const fd = createDataMap(kernel, data, btf && { fd: btf.fd, replaced: btf.sanitized.replaced });
    mapFds.set(data.section, resources.own(fd));
  }
  const globals = openGlobals(kernel, spec, descriptors({ mapFds }).data, () => resources.isClosed);
  resources.streams.push(globals);
  const programs = new Map<string, LoadedProgram>();
  for (const program of spec.programs) {
    const open = loadOne(kernel, spec, program, kinds, { kernelBtf, probes, btf, mapFds }, resources);
    programs.set(program.name, openProgram(kernel, open, maps, resources));
  }
  const close = (): void => resources.close();
  return {
    programs: strictNames("program", programs) as Programs<Record<string, unknown>>,
    maps: strictNames("map", maps) as Maps<Record<string, unknown>>,
    globals: strictNames("variable", globals.variables),
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

interface ObjectBtf {
  readonly fd: number;
  readonly sanitized: SanitizedBtf;
}

/** Undefined without BTF, and where the kernel does not take it: a program runs without it just as well. */
function loadObjectBtf(
  kernel: Kernel,
  spec: ObjectSpec,
  probes: FeatureProbes,
  resources: Resources,
): ObjectBtf | undefined {
  if (!spec.btfBytes) return undefined;
  const texts: string[] = [];
  for (const { lines } of [...spec.programs, ...spec.subprograms]) {
    for (const line of lines) texts.push(line.file, line.text);
  }
  const sanitized = sanitizeBtf(spec.btfBytes, texts, (feature) => probes.btf(feature));
  const fd = kernel.btfLoad(sanitized.bytes);
  if (fd >= 0) return { fd: resources.own(fd), sanitized };
  if (fd === -Errno.EPERM) throw permissionError(kernel, "load the object's BTF", fd);
  const log: KernelBytes = new Uint8Array(new ArrayBuffer(1 << 16));
  kernel.btfLoad(sanitized.bytes, log);
  const end = log.indexOf(0);
  process.emitWarning("the kernel does not take the object's BTF: it is loaded without source lines", {
    type: "LoaderWarning",
    code: "TSBPF_BTF",
    detail: decodeText(log.subarray(0, Math.max(0, end))).slice(-2000),
  });
  return undefined;
}

interface LoadContext {
  readonly kernelBtf: Btf | undefined;
  readonly probes: FeatureProbes;
  readonly btf: ObjectBtf | undefined;
  readonly mapFds: ReadonlyMap<string, number>;
}

function loadOne(
  kernel: Kernel,
  spec: ObjectSpec,
  program: FunctionSpec,
  kinds: Kinds,
  context: LoadContext,
  resources: Resources,
): OpenProgram {
  const found = kinds.get(program.name);
  if (!found) throw unknownName("program", program.name, [...kinds.keys()]);
  const { kind, target } = found;
  const linked = linkProgram(program, spec, (one) => resolveFunction(spec, one, context), descriptors(context));
  const old = usesNewProbeRead(linked.insns) && !context.probes.probeReadKernel();
  const insns = old ? replaceProbeRead(linked.insns) : linked.insns;
  const attachBtfId = findAttachBtfId(program.name, kind, target, context.kernelBtf);
  const btf = context.btf && { fd: context.btf.fd, textOffsets: context.btf.sanitized.textOffsets };
  const load = { linked, insns, kind, license: spec.license, attachBtfId, btf };
  const fd = resources.own(explainingMissing(spec, linked, context.kernelBtf, () => loadProgram(kernel, load)));
  return { name: program.name, section: program.section, fd, kind, target, usedMaps: linked.usedMaps };
}

/** A refusal of what CO-RE did not find becomes an error that says what this kernel lacks. */
function explainingMissing(
  spec: ObjectSpec,
  linked: LinkedProgram,
  kernelBtf: Btf | undefined,
  load: () => number,
): number {
  try {
    return load();
  } catch (cause) {
    const index = cause instanceof VerifierError ? cause.report.insnIndex : undefined;
    const reloc = index === undefined ? undefined : missingAt(linked, index);
    if (!(cause instanceof VerifierError) || !reloc || !spec.btf || !kernelBtf) throw cause;
    const reason = reasonOfMissing(explainMissing(spec.btf, reloc, kernelBtf), cause.report.place);
    const message = `load program "${linked.name}": ${reason}`;
    throw new LoaderError("ERR_CORE", message, { cause, ...(cause.errno !== undefined && { errno: cause.errno }) });
  }
}

function reasonOfMissing(missing: Missing, place: VerifierError["report"]["place"]): string {
  const at = place && `${place.file}:${place.line}:${place.column}`;
  if (missing.kind === "differs") {
    const { what, theirs, mine } = missing;
    const hint = "`tsbpf vmlinux` prints views as this kernel has them";
    return `${what} is ${theirs} in this kernel, and ${mine} in the view that ${at ?? "the program"} reads (${hint})`;
  }
  const needs = at === undefined ? "" : `, which ${at} needs`;
  const near = missing.near === undefined ? "" : `did you mean "${missing.near}"? Else `;
  const hint = `${near}ask whether it exists before, and do without it where it does not`;
  return `this kernel has no ${missing.what}${needs} (${hint})`;
}

/** The relocation that found nothing, if it is that which stands at the instruction. */
function missingAt({ insns, parts }: LinkedProgram, index: number): CoreReloc | undefined {
  if (insns[index]?.imm !== POISON_HELPER) return undefined;
  const part = parts.findLast(({ startInsn }) => startInsn <= index);
  return part?.spec.coreRelocations.find(({ insnIndex }) => insnIndex === index - part.startInsn);
}

function descriptors(context: Pick<LoadContext, "mapFds">): Descriptors {
  const find = (what: string, name: string): number => {
    const fd = context.mapFds.get(name);
    if (fd === undefined) throw new ObjectError(`link the object: it uses ${what} "${name}", which it does not have`);
    return fd;
  };
  return { map: (name) => find("map", name), data: (section) => find("data section", section) };
}

function resolveFunction(spec: ObjectSpec, one: FunctionSpec, context: LoadContext): FunctionSpec["insns"] {
  if (one.coreRelocations.length === 0) return one.insns;
  if (!spec.btf || !context.kernelBtf) {
    throw new ObjectError(`link "${one.name}": it has CO-RE relocations, and the object has no section .BTF`);
  }
  try {
    return applyCore(one.insns, resolveCore(spec.btf, one.coreRelocations, context.kernelBtf));
  } catch (cause) {
    if (!(cause instanceof CoreError)) throw cause;
    throw new LoaderError("ERR_CORE", `relocate "${one.name}": ${cause.message}`, { cause });
  }
}

/** For programs whose target the kernel must know when it loads them (tp_btf, fentry, lsm). */
function findAttachBtfId(program: string, kind: ProgramKindSpec, target: string, btf: Btf | undefined): number {
  if (kind.btfTargetPrefix === undefined || !btf) return 0;
  const name = kind.btfTargetPrefix + target;
  const wanted = kind.btfTargetPrefix.startsWith("btf_trace_") ? "typedef" : "func";
  const id = btf.idsByEssentialName(name).find((one) => btf.type(one).kind === wanted);
  if (id !== undefined) return id;
  const near = didYouMean(target, btfTargets(btf, kind.btfTargetPrefix, wanted));
  const hint = near === undefined ? `no ${name} in its BTF` : `did you mean "${near}"?`;
  throw new LoaderError(
    "ERR_ATTACH",
    `load program "${program}": this kernel has no "${target}" for a ${kind.name} program (${hint})`,
  );
}

/** All there are, without the prefix: only looked for when a name is wrong. */
function btfTargets(btf: Btf, prefix: string, wanted: "typedef" | "func"): string[] {
  const names: string[] = [];
  for (let id = 1; id < btf.typeCount; id++) {
    const type = btf.type(id);
    if (type.kind === wanted && type.name.startsWith(prefix)) names.push(type.name.slice(prefix.length));
  }
  return names;
}

/** A record on which reading a name it does not have throws, with the names it has. */
function strictNames<T>(
  what: "program" | "map" | "variable",
  items: ReadonlyMap<string, T>,
): Readonly<Record<string, T>> {
  const record: Record<string, T> = Object.assign(Object.create(null), Object.fromEntries(items));
  /** Asked of any object by `await`, JSON.stringify and assertion libraries. */
  const asked = new Set(["then", "toJSON", "constructor", "nodeType", "inspect"]);
  return new Proxy(Object.freeze(record), {
    get(target, key) {
      if (typeof key !== "string" || key in target || asked.has(key)) return Reflect.get(target, key);
      throw unknownName(what, key, Object.keys(target));
    },
  });
}
