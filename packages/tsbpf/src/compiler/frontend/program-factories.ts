// Programs as a module declares them: the program factories of "tsbpf", one row each, and their arguments checked.

import type { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";
import { claimName, isKernelName } from "./declarations.js";
import type { FunctionNode, ProgramDeclaration, ReturnRule } from "./operands.js";
import { declaredName, evaluate, schemaArgument } from "./statics.js";
import type { AggregateType } from "./types.js";

/** What stands before the handler: nothing, a name of the kernel, "group/name", "ingress" or "egress", a schema. */
type Head = "none" | "name" | "function" | "tracepoint" | "direction" | "schema";

interface ProgramFactory {
  /** A row of bpf/program-kinds.ts; for a direction, up to the slash. */
  readonly kind: string;
  readonly head: Head;
  readonly returns: ReturnRule;
}

const programFactories: Readonly<Record<string, ProgramFactory>> = {
  rawTracepoint: { kind: "raw_tracepoint", head: "name", returns: "any" },
  tpBtf: { kind: "tp_btf", head: "name", returns: "nothing" },
  tracepoint: { kind: "tracepoint", head: "tracepoint", returns: "any" },
  kprobe: { kind: "kprobe", head: "function", returns: "any" },
  kretprobe: { kind: "kretprobe", head: "function", returns: "any" },
  fentry: { kind: "fentry", head: "name", returns: "nothing" },
  fexit: { kind: "fexit", head: "name", returns: "nothing" },
  lsm: { kind: "lsm", head: "name", returns: "errno" },
  xdp: { kind: "xdp", head: "none", returns: "any" },
  tc: { kind: "tcx", head: "direction", returns: "any" },
  cgroupConnect4: { kind: "cgroup/connect4", head: "none", returns: "boolean" },
  cgroupConnect6: { kind: "cgroup/connect6", head: "none", returns: "boolean" },
  socketFilter: { kind: "socket", head: "none", returns: "any" },
  perfEvent: { kind: "perf_event", head: "none", returns: "any" },
  syscall: { kind: "syscall", head: "schema", returns: "any" },
};

export const programFactoryNames: ReadonlySet<string> = new Set(Object.keys(programFactories));

export function isProgramFactory(name: string): boolean {
  return programFactoryNames.has(name);
}

export function declareProgram(
  c: Compilation,
  node: ts.CallExpression,
  factoryName: string,
): ProgramDeclaration | undefined {
  const factory = programFactories[factoryName];
  if (!factory) return undefined;
  const name = declaredName(node);
  const headNode = factory.head === "none" ? undefined : node.arguments[0];
  const handlerNode = node.arguments[factory.head === "none" ? 0 : 1];
  if (!handlerNode || (factory.head !== "none" && !headNode)) return undefined;
  if (!name) {
    report(c, node, "schemaPlace", { what: "A program" });
    return undefined;
  }
  if (!isKernelName(name)) report(c, node.parent, "programTarget", { what: `'${name}'` });
  const head = headNode ? readHead(c, headNode, factory.head) : {};
  const handler = handlerFunction(c, handlerNode);
  if (!head || !handler) return undefined;
  const kind = head.direction === undefined ? factory.kind : `${factory.kind}/${head.direction}`;
  const { target = "", schema } = head;
  claimName(c, node, name);
  return { name, kind, target, schema, returns: factory.returns, handler, node };
}

interface HeadValue {
  readonly target?: string;
  readonly direction?: string;
  readonly schema?: AggregateType;
}

/** Undefined after a diagnostic. */
function readHead(c: Compilation, node: ts.Expression, head: Head): HeadValue | undefined {
  if (head === "schema") return readSchema(c, node);
  const value = evaluate(c, node);
  if (value.kind === "error") return undefined;
  const text = value.kind === "text" ? value.value : "";
  if (head === "direction") return { direction: text };
  if (head === "tracepoint") {
    const parts = text.split("/");
    if (parts.length === 2 && parts.every(isKernelName)) return { target: text };
    report(c, node, "tracepointName", { what: node.getText() });
    return undefined;
  }
  // The compiler may have split a function: "do_exit.cold", "vfs_read.isra.0".
  const isName = head === "function" ? text.split(".").every((part) => /^\w+$/.test(part)) : isKernelName(text);
  if (isName) return { target: text };
  report(c, node, "programTarget", { what: node.getText() });
  return undefined;
}

function readSchema(c: Compilation, node: ts.Expression): HeadValue | undefined {
  const schema = schemaArgument(c, node);
  if (!schema) return undefined;
  if (schema.kind === "struct" || schema.kind === "array") return { schema };
  report(c, node, "mapOption", { what: "This schema", needed: "a struct", instead: "put the value into a struct" });
  return undefined;
}

function handlerFunction(c: Compilation, node: ts.Expression): FunctionNode | undefined {
  const value = evaluate(c, node);
  if (value.kind === "function") return value.node;
  if (value.kind !== "error") report(c, node, "notConstant", { what: "The program's function" });
  return undefined;
}
