// Why a relocation found nothing in the kernel's types: the type is not there, it has no such member, or the member is
// something else there. For the error's text only, so that it may take its time.

import { fieldsCompatible, isComposite, isEnum, kindsCompatible, type CoreContext } from "./core-compat.js";
import { parseSpec, type Accessor } from "./core-spec.js";
import { essentialName, typeName } from "./name.js";
import type { Btf, BtfType, BtfTypeId, CoreReloc } from "./types.js";
import { skipModifiers } from "./walk.js";
import { didYouMean } from "../util/did-you-mean.js";

export type Missing =
  /** `what`: "struct task_struct.pidd". */
  | { readonly kind: "absent"; readonly what: string; readonly near: string | undefined }
  /** "struct task_struct.comm", "an array" and "u32". */
  | { readonly kind: "differs"; readonly what: string; readonly theirs: string; readonly mine: string };

export function explainMissing(local: Btf, reloc: CoreReloc, target: Btf): Missing {
  const root = local.type(reloc.typeId);
  const name = essentialName(typeName(root));
  const what = `${isEnum(root) ? "enum" : root.kind} ${name}`;
  const [id] = target.idsByEssentialName(name).filter((one) => kindsCompatible(root, target.type(one)));
  if (id === undefined) return { kind: "absent", what, near: nearType(root, name, target) };
  const context: CoreContext = { local, target, steps: 1_000_000 };
  return explainPath(context, what, id, parseSpec(local, reloc).accessors);
}

/** From one step to the next, as far as the kernel has them. */
function explainPath(context: CoreContext, what: string, root: BtfTypeId, steps: readonly Accessor[]): Missing {
  let [path, id] = [what, root];
  let last: readonly [BtfTypeId, BtfTypeId] | undefined;
  for (const step of steps) {
    if (step.name === undefined) {
      const { type } = skipModifiers(context.target, id);
      if (last && type.kind === "array") id = type.element;
      continue;
    }
    const names = partsOf(context.target, id);
    const theirs = names.get(essentialName(step.name));
    path += isEnum(context.local.type(step.typeId)) ? `::${step.name}` : `.${step.name}`;
    if (theirs === undefined) return { kind: "absent", what: path, near: didYouMean(step.name, [...names.keys()]) };
    const owner = context.local.type(step.typeId);
    const mine = isComposite(owner) ? owner.members[step.index]?.type : undefined;
    if (mine === undefined) break;
    if (!fieldsCompatible(context, mine, theirs)) return differs(context, path, mine, theirs);
    last = [mine, theirs];
    id = theirs;
  }
  return last ? differs(context, path, ...last) : { kind: "absent", what: path, near: undefined };
}

/** Members with the types they have, those inside members without a name as well; or the names of an enum's values. */
function partsOf(btf: Btf, id: BtfTypeId, depth = 0): ReadonlyMap<string, BtfTypeId> {
  const { type } = skipModifiers(btf, id);
  if (isEnum(type)) return new Map(type.values.map((value) => [essentialName(value.name), id]));
  if (!isComposite(type) || depth > 16) return new Map();
  return new Map(
    type.members.flatMap((member) =>
      member.name === "" ? [...partsOf(btf, member.type, depth + 1)] : [[member.name, member.type] as const],
    ),
  );
}

function nearType(root: BtfType, name: string, target: Btf): string | undefined {
  const names = new Set<string>();
  for (let id = 1; id < target.typeCount; id++) {
    const type = target.type(id);
    if (kindsCompatible(root, type)) names.add(essentialName(typeName(type)));
  }
  return didYouMean(name, [...names]);
}

function differs({ local, target }: CoreContext, what: string, mine: BtfTypeId, theirs: BtfTypeId): Missing {
  return { kind: "differs", what, theirs: inWords(target, theirs), mine: inWords(local, mine) };
}

function inWords(btf: Btf, id: BtfTypeId): string {
  const { type } = skipModifiers(btf, id);
  if (type.kind === "ptr") return "a pointer";
  if (type.kind === "array") return "an array";
  if (type.kind === "int") return `${typeName(type)} (${type.size} ${type.size === 1 ? "byte" : "bytes"})`;
  return `${isEnum(type) ? "enum" : type.kind} ${typeName(type)}`.trimEnd();
}
