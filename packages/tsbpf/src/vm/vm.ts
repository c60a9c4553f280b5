// A virtual machine from its parts: maps, data sections, programs, helpers of the machine's own and of a test's; and
// the run of one program. Nothing here knows of objects or of TypeScript: programs come linked.

import { helperById } from "../bpf/helpers.js";
import type { Insn } from "../bpf/isa.js";
import { POISON_HELPER } from "../btf/core.js";
import type { LineInfo, MapSpec } from "../object/spec.js";
import { helperFault, type Image, type LoadedImage, type PacketFields } from "./core.js";
import { infoHelpers } from "./helpers-info.js";
import { mapHelpers } from "./helpers-map.js";
import { probeHelpers } from "./helpers-probe.js";
import { checkReserved, settleStreams, streamHelpers } from "./helpers-stream.js";
import { argBig, giveBig, type Helper, type HelperTable, type Machine } from "./machine.js";
import { createMap, type VmMap } from "./maps.js";
import { addRegion, REGION_LO, regionBytes, regionHi, retireRegion } from "./memory.js";
import { interpretImage } from "./reference.js";
import { createCore, runImage, type RunResult } from "./run.js";
import { compileImage, type HelperFunction } from "./runtime.js";
import { createWorld } from "./world.js";

/** A helper of a test's own: the registers it is given, as unsigned numbers; nothing means 0. */
export type UserHelper = (...args: bigint[]) => bigint | number | boolean | void;

export interface VmOptions {
  /** "translated": to JavaScript, which is quick. "reference": one instruction after the other. */
  readonly engine?: "translated" | "reference";
  /** Count how often each instruction runs. */
  readonly coverage?: boolean;
  readonly cpuCount?: number;
  /** By the names that TypeScript programs use: `bpfGetSocketCookie`. They go before the machine's own. */
  readonly helpers?: Readonly<Record<string, UserHelper>>;
}

export interface Vm {
  readonly machine: Machine;
  readonly options: VmOptions;
}

export interface ProgramParts {
  readonly name: string;
  /** Linked: maps are their numbers in the machine, data sections their regions. */
  readonly insns: readonly Insn[];
  readonly lines?: readonly LineInfo[];
  readonly faultsReadZero?: boolean;
  readonly packetFields?: PacketFields | undefined;
  readonly missing?: ReadonlyMap<number, string>;
}

export interface RunInput {
  readonly context: Uint8Array;
  readonly contextReadOnly?: boolean;
  readonly packet?: Uint8Array | undefined;
  readonly budget?: number;
}

export interface RunOutput extends RunResult {
  /** The context as the program left it. */
  readonly context: Uint8Array<ArrayBuffer>;
  readonly packet: Uint8Array<ArrayBuffer> | undefined;
}

export function createVm(options: VmOptions = {}): Vm {
  const machine: Machine = Object.assign(createCore(), { world: createWorld(options.cpuCount ?? 1), maps: [] });
  return { machine, options };
}

/** Gives the map; undefined when the machine has no maps of its kind. */
export function addMap({ machine }: Vm, spec: MapSpec): VmMap | undefined {
  const { world } = machine;
  const host = { memory: machine.memory, cpuCount: world.cpuCount, cpu: () => world.cpu };
  const map = createMap(host, spec, machine.maps.length);
  if (map) machine.maps.push(map);
  return map;
}

/** Memory that stays, such as a data section. Gives its region. */
export function addData({ machine }: Vm, name: string, bytes: Uint8Array, readOnly: boolean): number {
  const region = addRegion(machine.memory, "data", name, bytes.length, { readOnly });
  regionBytes(machine.memory, region).set(bytes);
  return region;
}

export function addProgram({ machine, options }: Vm, parts: ProgramParts): LoadedImage {
  const image: Image = {
    name: parts.name,
    insns: parts.insns,
    lines: parts.lines ?? [],
    faultsReadZero: parts.faultsReadZero ?? false,
    packetFields: parts.packetFields,
    missing: parts.missing ?? new Map(),
    id: machine.images.length,
  };
  const helper = (id: number): HelperFunction => resolveHelper(machine, options.helpers ?? {}, id);
  const isReference = options.engine === "reference";
  const loaded = isReference
    ? interpretImage(machine, image, helper)
    : compileImage(machine, image, helper, { coverage: options.coverage ?? false });
  machine.images.push(loaded);
  return loaded;
}

/** Runs a program once. Throws VmError when it does what the kernel would not let it do. */
export function runProgram({ machine }: Vm, program: LoadedImage, input: RunInput): RunOutput {
  const { memory } = machine;
  const context = addRegion(memory, "context", "the context", input.context.length, {
    readOnly: input.contextReadOnly ?? false,
  });
  regionBytes(memory, context).set(input.context);
  const packet = input.packet && addRegion(memory, "packet", "the packet", input.packet.length);
  if (packet !== undefined) regionBytes(memory, packet).set(input.packet ?? []);
  machine.packetHi = packet === undefined ? 0 : regionHi(packet);
  machine.packetLo = REGION_LO;
  machine.packetEndLo = REGION_LO + (input.packet?.length ?? 0);
  // They go when the run is over, and are read before.
  let after: Pick<RunOutput, "context" | "packet"> = { context: new Uint8Array(0), packet: undefined };
  const finish = (): void => {
    machine.image = program.image;
    checkReserved(machine);
    after = {
      context: regionBytes(memory, context).slice(),
      packet: packet === undefined ? undefined : regionBytes(memory, packet).slice(),
    };
  };
  retireRegion(memory, context);
  if (packet !== undefined) retireRegion(memory, packet);
  const settle = (): void => settleStreams(machine);
  const result = runImage(machine, program, context, { budget: input.budget, finish, settle });
  return { ...result, ...after };
}

const builtIn: HelperTable = { ...mapHelpers, ...probeHelpers, ...streamHelpers, ...infoHelpers };

function resolveHelper(machine: Machine, given: Readonly<Record<string, UserHelper>>, id: number): HelperFunction {
  if (id === POISON_HELPER) return () => missingFault(machine);
  const spec = helperById(id);
  if (!spec) return () => helperFault(machine, `there is no helper with number ${id}`);
  const own = Object.hasOwn(given, spec.tsName) ? given[spec.tsName] : undefined;
  if (own) return userHelper(machine, own, spec.args.length);
  const helper: Helper | undefined = Object.hasOwn(builtIn, spec.name) ? builtIn[spec.name] : undefined;
  if (helper) return () => helper(machine);
  const parameters = spec.args.map(({ name }) => name).join(", ");
  const cure = `give one in the option helpers: { ${spec.tsName}: (${parameters}) => 0n }`;
  return () => helperFault(machine, `helper ${spec.tsName} is not part of the virtual machine (${cure})`);
}

/** A CO-RE access that found nothing in the kernel's types was reached. */
function missingFault(machine: Machine): never {
  const what = machine.image.missing.get(machine.insnIndex) ?? "such type, member or value";
  return helperFault(machine, `the kernel's types have no ${what} (ask whether it exists before)`);
}

function userHelper(machine: Machine, helper: UserHelper, count: number): HelperFunction {
  return () => {
    const args = Array.from({ length: count }, (_, index) => argBig(machine, index));
    const result = helper(...args);
    return giveBig(machine, BigInt(result ?? 0));
  };
}
