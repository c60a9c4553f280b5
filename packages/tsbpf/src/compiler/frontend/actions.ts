// Actions that programs on the network path answer: XdpAction and TcAction give one number different meanings, so that
// one of the other kind is a mistake. Their types stay plain numbers, over which a `switch` can be complete.

import { report, symbolOf, type Lowering } from "./lowering.js";
import { ts } from "./typescript.js";

const records = ["XdpAction", "TcAction"];

/** By the program's kind: "xdp", "tcx/ingress". */
function recordOf(kind: string): string | undefined {
  if (kind === "xdp") return "XdpAction";
  return kind.startsWith("tc") ? "TcAction" : undefined;
}

/** Looks at what a program answers, as far as an action is named there. */
export function checkAction(l: Lowering, node: ts.Node): void {
  const record = recordOf(l.program.kind);
  if (record === undefined) return;
  if (ts.isParenthesizedExpression(node)) return checkAction(l, node.expression);
  if (ts.isConditionalExpression(node)) {
    checkAction(l, node.whenTrue);
    checkAction(l, node.whenFalse);
    return;
  }
  if (!ts.isPropertyAccessExpression(node)) return;
  const name = symbolOf(l, node.expression)?.name ?? "";
  if (name === record || !records.includes(name)) return;
  report(l, node, "foreignAction", { action: node.getText(), kind: l.program.kind, record });
}
