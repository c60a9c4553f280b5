// The licence that a module says it has, and what the kernel lets only programs under the GPL do.

import { gplCompatibleLicenses, isLicense, maxLicenseBytes } from "../../bpf/license.js";
import { helperById } from "../../bpf/helpers.js";
import { ProgType, programKindByName, type ProgramKindSpec } from "../../bpf/program-kinds.js";
import { assert } from "../../util/assert.js";
import { reachableFunctions } from "../ir/cfg.js";
import type { Func, Inst } from "../ir/ir.js";
import { report, type Compilation } from "./lowering.js";
import { exportsOf, originOf } from "./modules.js";
import { nodeInSource } from "./program.js";
import { staticOf } from "./statics.js";
import { ts } from "./typescript.js";

/** `export const license = "Dual MIT/GPL"` of the entry module; "GPL" where it says nothing. */
export function moduleLicense(c: Compilation): string {
  const symbol = exportsOf(c, c.source.entry).find(({ name }) => name === "license");
  const origin = symbol && originOf(c, symbol);
  if (!origin || !(origin.flags & ts.SymbolFlags.Value)) return "GPL";
  const value = staticOf(c, origin);
  if (value?.kind === "text" && isLicense(value.value)) return value.value;
  // What is no constant has a diagnostic already.
  if (value?.kind !== "error")
    report(c, valueNode(origin) ?? c.source.entry, "licenseText", { limit: maxLicenseBytes });
  return "GPL";
}

function valueNode({ valueDeclaration }: ts.Symbol): ts.Node | undefined {
  const isConstant = valueDeclaration && ts.isVariableDeclaration(valueDeclaration);
  return isConstant ? (valueDeclaration.initializer ?? valueDeclaration) : valueDeclaration;
}

/** Reports what programs with this licence may not do, at the place where they do it. */
export function checkLicense(c: Compilation, license: string, functions: readonly Func[]): void {
  if (gplCompatibleLicenses.includes(license)) return;
  const values = { license, known: gplCompatibleLicenses.map((text) => `"${text}"`).join(", ") };
  const subprograms = functions.filter(({ section }) => section === undefined);
  for (const { name, kind: kindName, node } of c.programs) {
    const kind = programKindByName(kindName);
    const program = functions.find((func) => func.name === name);
    assert(kind && program, `the program ${name} has no kind or no function`);
    if (kind.gplOnly) report(c, node, "gplOnly", { ...values, what: `A program of the kind ${kind.name}` });
    const insts = reachableFunctions([program, ...subprograms]).flatMap(({ blocks }) => blocks.flatMap((b) => b.insts));
    for (const inst of insts) {
      const use = gplUse(inst, kind);
      const place = use && inst.span && nodeInSource(c.source, inst.span, use.isPlace);
      if (use) report(c, place ?? node, "gplOnly", { ...values, what: use.what });
    }
  }
}

interface GplUse {
  readonly what: string;
  /** What the user wrote that became the instruction. */
  readonly isPlace: (node: ts.Node) => boolean;
}

function gplUse(inst: Inst, kind: ProgramKindSpec): GplUse | undefined {
  if (inst.op === "call") {
    const helper = helperById(inst.helper);
    return helper?.gplOnly ? { what: helper.tsName, isPlace: ts.isCallExpression } : undefined;
  }
  // Kernel memory is read by bpf_probe_read_kernel.
  const isRead = inst.op === "kread" || inst.op === "kreadinto" || isObjectRead(inst, kind);
  return isRead ? { what: "Reading kernel memory", isPlace: ts.isExpression } : undefined;
}

/**
 * A plain load from an object that the verifier knows, which only these kinds of programs are given. Since Linux 6.2 it
 * wants the GPL (check_ptr_to_btf_access, kernel/bpf/verifier.c).
 */
function isObjectRead(inst: Inst, kind: ProgramKindSpec): boolean {
  const isGivenObjects = kind.progType === ProgType.TRACING || kind.progType === ProgType.LSM;
  const [address] = inst.args;
  return isGivenObjects && inst.op === "load" && address?.op === "add" && address.args.some(({ op }) => op === "core");
}
