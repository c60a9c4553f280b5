// "tsbpf/testing": runs a module's programs in plain Node, where a test says what the kernel would do.

export { packetOf } from "./lang/packets.js";
export { onOutput, setProgram } from "./lang/more-maps.js";
export { onPrintk } from "./lang/printk.js";
export { implementHelper, installHelpers } from "./lang/kernel-only.js";
export { emulate } from "./testing/emulate.js";
export { EmulateError, KernelObjectError } from "./testing/errors.js";
export { VmError } from "./vm/core.js";
export type {
  ArgumentsContext,
  ContextInput,
  EmulatedEvents,
  EmulatedGlobal,
  EmulatedMaps,
  EmulatedProgArray,
  EmulatedProgram,
  EmulatedPrograms,
  EmulatedRecord,
  EmulateOptions,
  Emulator,
  FieldsContext,
  KernelObjectInit,
  KernelValue,
  LineCoverage,
  PacketContext,
  RunOutcome,
  UserHelper,
} from "./testing/types.js";
