// The names of an object: what the kernel takes for one, and that each stands for one thing.

import type { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";

/** What the kernel takes as the name of an object or a type (btf_name_valid_identifier, kernel/bpf/btf.c). */
export function isKernelName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

/** The symbols of one object have different names. */
export function claimName(c: Compilation, node: ts.Node, name: string): void {
  const known = c.names.get(name);
  if (known && known !== node) report(c, node, "duplicateName", { what: "things of the object", name });
  c.names.set(name, node);
}
