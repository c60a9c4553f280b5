// What the verifier wants of a helper call beyond the types of its arguments: which maps the helper takes, which maps a
// program may use at all, and that records and tail calls go through the methods that follow them.

import type { ts } from "./typescript.js";
import { mapKindsOfHelper, sleepableMapKinds } from "../../bpf/helper-maps.js";
import type { HelperSpec } from "../../bpf/helper-spec.js";
import type { Inst } from "../ir/ir.js";
import { report, type Lowering } from "./lowering.js";
import { mapFactories } from "./map-declarations.js";
import type { MapDeclaration, MemoryOperand } from "./operands.js";

/** Helpers that only make sense with what the methods do around them. */
const methods: Readonly<Record<string, string>> = {
  bpfRingbufReserve: "using record = events.reserve();",
  bpfRingbufSubmit: "record.submit()",
  bpfRingbufDiscard: "record.discard()",
  bpfTailCall: "programs.tailCall(ctx, index)",
};

/** Programs of these kinds trace sockets of others: the helper takes a socket there, not the context. */
const socketInstead: Readonly<Record<string, readonly string[]>> = {
  bpfGetSocketCookie: ["tp_btf", "fentry", "fexit", "lsm", "syscall"],
};

/** False after a diagnostic. */
export function checkHelper(l: Lowering, node: ts.CallExpression, helper: HelperSpec): boolean {
  const name = helper.tsName;
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method !== undefined) {
    report(l, node.expression, "helperMethod", { helper: name, instead: method });
    return false;
  }
  const { kind } = l.program;
  if (Object.hasOwn(socketInstead, name) && socketInstead[name]?.includes(kind)) {
    report(l, node.expression, "helperUnsupported", { helper: name, needed: `a socket in a ${kind} program` });
    return false;
  }
  if (helper.returns.kind === "kernel_object" && helper.returns.acquires) {
    report(l, node.expression, "helperReference", { helper: name });
    return false;
  }
  return true;
}

/** The kernel knows which maps each helper is for. False after a diagnostic. */
export function checkHelperMap(l: Lowering, node: ts.Node, helper: HelperSpec, map: MapDeclaration): boolean {
  const kinds = mapKindsOfHelper(helper.name);
  if (kinds.includes(map.kind)) return true;
  const factories = Object.entries(mapFactories).filter(([, factory]) => kinds.includes(factory.kind));
  const instead =
    factories.length > 0
      ? `it takes what ${factories.map(([name]) => name).join(", ")} makes`
      : "it is for a kind of map that there is no factory for yet";
  report(l, node, "helperMap", { helper: helper.tsName, name: map.name, factory: factoryOf(map), instead });
  return false;
}

function factoryOf(map: MapDeclaration): string {
  return Object.keys(mapFactories).find((name) => mapFactories[name]?.kind === map.kind) ?? map.kind;
}

/** The map's address in the program. */
export function useMap(l: Lowering, node: ts.Node, map: MapDeclaration): Inst {
  const { kind } = l.program;
  // So far the only kind of program that may wait.
  if (kind === "syscall" && !sleepableMapKinds.includes(map.kind)) {
    const factories = Object.entries(mapFactories).filter(([, factory]) => sleepableMapKinds.includes(factory.kind));
    report(l, node, "sleepableMap", {
      kind,
      factory: factoryOf(map),
      maps: factories.map(([name]) => name).join(", "),
    });
  }
  return l.b.map(map.name);
}

/** A pointer to a number of this size must be a multiple of it on the stack. */
export function isAligned(memory: MemoryOperand, size: number): boolean {
  const align = size % 8 === 0 ? 8 : size;
  return memory.align % align === 0 && memory.offset % align === 0;
}
