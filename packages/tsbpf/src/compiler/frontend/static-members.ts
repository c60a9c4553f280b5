// Members of compile-time values that are no constants themselves: methods of maps, functions of modules and Math.

import type { ts } from "./typescript.js";
import { fromStatic } from "./expressions.js";
import { report, symbolOf, type Lowering } from "./lowering.js";
import { dataPlace } from "./globals.js";
import { readPlace } from "./memory.js";
import { constantInt } from "./numbers.js";
import type { Operand, Static } from "./operands.js";
import { staticOf } from "./statics.js";

/** `value.name`, or undefined after a diagnostic. */
export function memberOfStatic(l: Lowering, node: ts.PropertyAccessExpression, value: Static): Operand | undefined {
  if (value.kind === "error") return undefined;
  if (value.kind === "record") {
    const field = value.fields.get(node.name.text);
    if (field) return fromStatic(l, node, field);
  }
  if (value.kind === "data" && node.name.text === "value") return readPlace(l, dataPlace(l, value.data));
  if (value.kind === "list" && node.name.text === "length") {
    return constantInt(l, "number", BigInt(value.elements.length));
  }
  if (value.kind === "module") {
    const symbol = symbolOf(l, node.name);
    const member = symbol && staticOf(l, symbol);
    if (member) return fromStatic(l, node, member);
  }
  const what = value.kind === "map" ? "a map, except to call it" : value.kind === "data" ? "a variable" : "this";
  report(l, node.name, "unknownProperty", { name: node.name.text, what, instead: "see LANGUAGE.md for what there is" });
  return undefined;
}
