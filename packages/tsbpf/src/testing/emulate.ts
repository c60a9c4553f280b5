// `emulate`: a BPF module in the virtual machine, for unit tests without root and without a kernel. The user half of
// maps is the loader's own.

import { type KindAndTarget, programKinds } from "../loader/load-spec.js";
import { applyCore, describeCoreTarget, POISON_HELPER, resolveCore } from "../btf/core.js";
import type { Btf } from "../btf/types.js";
import { ObjectError } from "../loader/errors.js";
import { type LinkedProgram, linkProgram } from "../loader/relocate.js";
import { readObject } from "../object/read.js";
import type { FunctionSpec, LineInfo, ObjectSpec } from "../object/spec.js";
import type { LoadedImage } from "../vm/core.js";
import { addData, addMap, addProgram, createVm, runProgram, type Vm, type VmOptions } from "../vm/vm.js";
import { buildContext, isReadOnly, packetFieldsOf, typesRead, valueSize } from "./contexts.js";
import { checkOptions } from "./check-options.js";
import { coverageOf } from "./coverage.js";
import { fakeKernel, PROGRAM_FD } from "./fake-kernel.js";
import type { KernelObjects } from "./kernel-objects.js";
import { openMaps } from "./open-maps.js";
import { programArrays, type ProgramWithKind } from "./program-arrays.js";
import { objectBytes, readBtf } from "./read-module.js";
import { type Surroundings, surroundings } from "./surroundings.js";
import { ownTypes, withoutNames } from "./target-types.js";
import { openVariables } from "./variables.js";
import type { EmulatedProgram, EmulateOptions, Emulator, RunOutcome } from "./types.js";

/**
 * Puts a BPF module into a virtual machine: `module` is the path or URL of its TypeScript source, or of an object, or
 * an object's bytes; `M` is the type of the module: `emulate<typeof import("../bpf/sched.js")>(…)`.
 */
export async function emulate<M = Record<string, unknown>>(
  module: string | URL | Uint8Array,
  options: EmulateOptions = {},
): Promise<Emulator<M>> {
  const name = module instanceof Uint8Array ? "object" : String(module);
  checkOptions(options, name);
  const spec = readObject(await objectBytes(module, options), name);
  const kernelBtf = options.btf === undefined ? undefined : await readBtf(options.btf);
  // That the programs and maps are what M says is the caller's promise.
  return createEmulator(spec, name, kernelBtf, options) as Emulator<M>;
}

interface Session {
  readonly vm: Vm;
  readonly spec: ObjectSpec;
  readonly options: EmulateOptions;
  readonly objects: KernelObjects;
  readonly target: Btf | undefined;
  readonly around: Surroundings;
  readonly dataRegions: readonly number[];
}

function createEmulator(spec: ObjectSpec, name: string, kernelBtf: Btf | undefined, options: EmulateOptions): Emulator {
  const kinds = programKinds(spec, name);
  const vmOptions: VmOptions = {
    coverage: true,
    cpuCount: options.cpuCount ?? 1,
    ...(options.helpers && { helpers: options.helpers }),
  };
  const vm = createVm(vmOptions);
  for (const map of spec.maps) {
    if (addMap(vm, map)) continue;
    throw new ObjectError(
      `emulate ${name}: the virtual machine has no maps of the type of "${map.name}" (${map.type})`,
    );
  }
  const dataRegions = spec.data.map(({ section, bytes, readOnly }) => addData(vm, section, bytes, readOnly));
  const types = kernelBtf ?? (spec.btf && ownTypes(spec.btf));
  const target = types && withoutNames(types, options.without ?? []);
  const objects = { memory: vm.machine.memory, btf: target, lenient: !kernelBtf, known: new Map() };
  const around = surroundings(vm, objects, options);
  const session: Session = { vm, spec, options, objects, target, around, dataRegions };
  const images = new Map<string, LoadedImage>();
  for (const program of spec.programs) {
    const kind = kinds.get(program.name);
    if (kind) images.set(program.name, loadImage(session, program, kind));
  }
  return assemble(session, kinds, images);
}

function assemble(
  session: Session,
  kinds: ReadonlyMap<string, KindAndTarget>,
  images: ReadonlyMap<string, LoadedImage>,
): Emulator {
  const { vm, spec, around } = session;
  const programs: Record<string, EmulatedProgram> = {};
  const withKinds: ProgramWithKind[] = [];
  for (const program of spec.programs) {
    const [kind, image] = [kinds.get(program.name), images.get(program.name)];
    if (!kind || !image) continue;
    programs[program.name] = openProgram(session, program, kind, image);
    withKinds.push({ image, kind: kind.kind });
  }
  const kernel = fakeKernel(vm, programArrays(withKinds));
  const parts = {
    programs,
    maps: openMaps(vm, spec, kernel),
    globals: openVariables(vm, spec, session.dataRegions, session.options.constants ?? {}),
    coverage: () => coverageOf([...images.values()]),
  };
  // The surroundings are accessors: they stay the object that they are.
  return Object.assign(around, parts);
}

function loadImage(session: Session, program: FunctionSpec, { kind }: KindAndTarget): LoadedImage {
  const { vm, spec, target, dataRegions } = session;
  const linked = linkProgram(program, spec, (one) => resolve(spec, one, target), {
    map: (name) => spec.maps.findIndex((map) => map.name === name),
    data: (section) => dataRegions[spec.data.findIndex((data) => data.section === section)] ?? -1,
  });
  const lines = linked.parts.flatMap(({ spec: part, startInsn }) =>
    part.lines.map((line): LineInfo => ({ ...line, insnIndex: startInsn + line.insnIndex })),
  );
  return addProgram(vm, {
    name: program.name,
    insns: linked.insns,
    lines: lines.sort((a, b) => a.insnIndex - b.insnIndex),
    // Programs that the kernel checks against its types follow pointers by plain loads.
    faultsReadZero: kind.btfTargetPrefix !== undefined,
    packetFields: packetFieldsOf(kind),
    missing: missingTypes(spec, linked),
  });
}

/** By instruction, what those need that CO-RE did not find. */
function missingTypes({ btf }: ObjectSpec, { parts, insns }: LinkedProgram): ReadonlyMap<number, string> {
  const missing = new Map<number, string>();
  for (const { spec: part, startInsn } of btf ? parts : []) {
    for (const reloc of part.coreRelocations) {
      const at = startInsn + reloc.insnIndex;
      if (btf && insns[at]?.imm === POISON_HELPER) missing.set(at, describeCoreTarget(btf, reloc));
    }
  }
  return missing;
}

function resolve(spec: ObjectSpec, one: FunctionSpec, target: Btf | undefined): FunctionSpec["insns"] {
  if (one.coreRelocations.length === 0) return one.insns;
  if (!spec.btf || !target) throw new ObjectError(`link "${one.name}": the object has no types for its relocations`);
  return applyCore(one.insns, resolveCore(spec.btf, one.coreRelocations, target));
}

function openProgram(
  session: Session,
  program: FunctionSpec,
  { kind, target }: KindAndTarget,
  image: LoadedImage,
): EmulatedProgram {
  const { vm, objects, spec, options } = session;
  const readTypes = typesRead(
    spec.btf,
    program.coreRelocations.map(({ typeId }) => typeId),
  );
  const valueBytes = spec.btf && valueSize(spec.btf, program.funcTypeId);
  return {
    name: program.name,
    section: program.section,
    fd: PROGRAM_FD + image.image.id,
    run(input): RunOutcome {
      const { bytes, packet } = buildContext(
        { objects, program: program.name, kind, target, readTypes, valueBytes },
        input,
      );
      const output = runProgram(vm, image, {
        context: bytes,
        contextReadOnly: isReadOnly(kind),
        packet,
        ...(options.maxInstructions !== undefined && { budget: options.maxInstructions }),
      });
      return {
        returnValue: Number(BigInt.asIntN(32, output.r0)),
        r0: output.r0,
        instructions: output.insnCount,
        context: output.context,
        packet: output.packet,
      };
    },
  };
}
