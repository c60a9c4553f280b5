// "tsbpf/compiler": from a TypeScript module to a BPF object.

export { compile, dumpNames } from "./compile.js";
export type { CompileOptions, CompileResult } from "./compile.js";
export { formatDiagnostics } from "./diagnostic.js";
export type { Diagnostic, DiagnosticSpan, FormatOptions } from "./diagnostic.js";
export type { CpuLevel } from "./codegen/code.js";
