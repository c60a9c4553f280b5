// "tsbpf/loader": loads a BPF object into the running kernel and talks to it.

export { load, type LoadOptions } from "./load.js";
export {
  LoaderError,
  NotSupportedError,
  ObjectError,
  PermissionError,
  UnknownNameError,
  VerifierError,
  type LoaderErrorCode,
} from "./errors.js";
export type { VerifierReport } from "./verifier-log.js";
export type {
  AttachArguments,
  AttachOptions,
  Constants,
  EventRecord,
  EventStream,
  EventStreamOptions,
  Globals,
  Link,
  LoadedMap,
  LoadedObject,
  LoadedProgram,
  Maps,
  Programs,
  RawMap,
  ReadOptions,
  TestRunOptions,
  TestRunOutcome,
  UserArray,
  UserConstant,
  UserGlobal,
  UserHalf,
  UserHashMap,
  UserPerCpuArray,
  UserPerCpuHashMap,
  UserProgArray,
  UserSequence,
  UserStackTrace,
  UserTaskStorage,
} from "./types.js";
export {
  hasKernelBtf,
  kernelRelease,
  probeCapabilities,
  releaseAtLeast,
  type Capabilities,
  type KernelRelease,
} from "./features.js";
