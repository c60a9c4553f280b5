// Loads an object into the kernel: reads the file, finds the kernel's types, and hands both on.

import { readFile } from "node:fs/promises";
import type { Kernel } from "../sys/kernel.js";
import { KERNEL_BTF_PATH, openKernel, unsupportedPlatform } from "../sys/linux.js";
import { decodeBtf } from "../btf/decode.js";
import type { Btf } from "../btf/types.js";
import { readObject } from "../object/read.js";
import type { ObjectSpec } from "../object/spec.js";
import { FormatError } from "../util/bytes.js";
import { LoaderError, NotSupportedError, ObjectError } from "./errors.js";
import { setConstants } from "./globals.js";
import { loadSpec, needsKernelBtf, programKinds } from "./load-spec.js";
import type { Constants, LoadedObject } from "./types.js";

export interface LoadOptions<M = Record<string, unknown>> {
  /** Values of the module's `constant`s, where they are to be other than the module says. */
  readonly constants?: Constants<M>;
  /** The kernel's types, where it does not show them itself: a file, or its bytes. */
  readonly btf?: string | URL | Uint8Array;
  /** The kernel to load into; the running one when left out. For tests. */
  readonly kernel?: Kernel;
}

/**
 * Loads an object file (a path, a URL, or the bytes themselves). `M` is the type of the module it was compiled from:
 * `load<typeof import("../bpf/sched.js")>("build/sched.bpf.o")`.
 */
export async function load<M = Record<string, unknown>>(
  source: string | URL | Uint8Array,
  options: LoadOptions<NoInfer<M>> = {},
): Promise<LoadedObject<M>> {
  const name = source instanceof Uint8Array ? "object" : String(source);
  if (!options.kernel) checkPlatform(name);
  const read = parseObject(await readBytes(source, `read object ${name}`), name);
  const spec: ObjectSpec = { ...read, data: setConstants(read, options.constants ?? {}) };
  const kinds = programKinds(spec, name);
  const kernel = options.kernel ?? openKernel();
  const kernelBtf = needsKernelBtf(spec, kinds) ? await readKernelBtf(kernel, options.btf) : undefined;
  // The maps and programs are those of the spec; that they are what M says is the caller's promise.
  return loadSpec(kernel, spec, kinds, kernelBtf) as LoadedObject<M>;
}

function checkPlatform(name: string): void {
  const reason = unsupportedPlatform();
  if (reason !== undefined) throw new NotSupportedError(`load object ${name}: ${reason}`, "BPF", undefined);
}

async function readBytes(source: string | URL | Uint8Array, doing: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  try {
    return await readFile(source);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
    throw new ObjectError(`${doing}: ${code === "ENOENT" ? "there is no such file" : code}`, cause);
  }
}

function parseObject(bytes: Uint8Array, name: string): ObjectSpec {
  try {
    return readObject(bytes, name);
  } catch (cause) {
    if (cause instanceof FormatError) throw new ObjectError(`read object ${name}: ${cause.message}`, cause);
    throw cause;
  }
}

/** The running kernel's BTF does not change: what was found in it serves every later load. */
const decodedBtf = new WeakMap<Uint8Array, Btf>();

async function readKernelBtf(kernel: Pick<Kernel, "kernelBtf">, given: LoadOptions["btf"]): Promise<Btf> {
  const path = given === undefined ? KERNEL_BTF_PATH : given instanceof Uint8Array ? "option btf" : String(given);
  const bytes = given === undefined ? kernel.kernelBtf() : await readBytes(given, `read kernel BTF ${path}`);
  if (!bytes) {
    throw new LoaderError(
      "ERR_KERNEL_BTF",
      `read kernel BTF ${path}: this kernel does not show its types, which the object's CO-RE relocations need ` +
        "(a kernel with CONFIG_DEBUG_INFO_BTF=y, or a BTF file of it in the option `btf`)",
    );
  }
  const known = decodedBtf.get(bytes);
  if (known) return known;
  try {
    const btf = decodeBtf(bytes, path);
    decodedBtf.set(bytes, btf);
    return btf;
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    throw new LoaderError("ERR_KERNEL_BTF", `read kernel BTF ${path}: ${cause.message}`, { cause });
  }
}
