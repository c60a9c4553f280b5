// Code generation on one screen: one IR function to BPF instructions for a level of the instruction set.

import type { Func } from "../ir/ir.js";
import { STACK_BYTES } from "../../bpf/stack.js";
import type { CodegenOptions, CodegenResult } from "./code.js";
import { emitFunction } from "./emit.js";
import { layOutFrame, removeDeadSpills } from "./frame.js";
import { layOut } from "./layout.js";
import { removeDeadInsts } from "./liveness.js";
import type { MachineInst } from "./machine.js";
import { allocateRegisters } from "./regalloc.js";
import { makeR0Readable } from "./returns.js";
import { select } from "./select.js";
import { type Features, featuresOf } from "./selection.js";
import { shareAddresses } from "./share-addresses.js";

export function generate(func: Func, options: CodegenOptions): CodegenResult {
  const features = featuresOf(options.cpu);
  const machine = select(func, options.cpu);
  removeDeadInsts(machine);
  shareAddresses(machine);
  allocateRegisters(machine);
  removeDeadSpills(machine);
  makeR0Readable(machine, zeroR0(features));
  layOut(machine, features);
  const frame = layOutFrame(machine, options.frameBytes ?? STACK_BYTES);
  return frame.kind === "frame" ? emitFunction(machine, frame, features) : frame;
}

function zeroR0(features: Features): MachineInst {
  const src = { kind: "imm", imm: 0, core: undefined } as const;
  return { kind: "mov", wide: !features.alu32, dst: 0, src, span: undefined, touches: [] };
}
