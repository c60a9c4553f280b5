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
  EventRecord,
  EventStream,
  EventStreamOptions,
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
  UserHalf,
  UserHashMap,
  UserPerCpuArray,
} from "./types.js";
export {
  hasKernelBtf,
  kernelRelease,
  probeCapabilities,
  releaseAtLeast,
  type Capabilities,
  type KernelRelease,
} from "./features.js";
