// When a local type and a target type count as the same: the three CO-RE relations. "Fields" compares two members of
// equal name, "types" is for type_exists, type_size and type_id_target, "match" is the strict one of type_matches.
// The relations are those of libbpf (tools/lib/bpf/relo_core.c) and of the kernel (bpf_core_types_are_compat).

import { FormatError } from "../util/bytes.js";
import { essentialName, typeName } from "./name.js";
import type { Btf, BtfMember, BtfType, BtfTypeId } from "./types.js";
import { skipModifiers } from "./walk.js";

/** The types of both sides, and how many comparisons are still allowed: hostile types can nest without end. */
export interface CoreContext {
  readonly local: Btf;
  readonly target: Btf;
  steps: number;
}

/** libbpf and the kernel stop at the same depth. */
const MAX_DEPTH = 32;

/** Counts one comparison. */
export function spend(context: CoreContext): void {
  context.steps--;
  if (context.steps < 0) throw new FormatError("BTF: the types are too entangled to compare");
}

/** Equal kinds; enum and enum64 count as one. */
export function kindsCompatible(local: BtfType, target: BtfType): boolean {
  return local.kind === target.kind || (isEnum(local) && isEnum(target));
}

export function isEnum(type: BtfType): type is Extract<BtfType, { kind: "enum" | "enum64" }> {
  return type.kind === "enum" || type.kind === "enum64";
}

export function isComposite(type: BtfType): type is Extract<BtfType, { kind: "struct" | "union" }> {
  return type.kind === "struct" || type.kind === "union";
}

/** Whether a member of the local type can stand for the target's member of the same name. */
export function fieldsCompatible(context: CoreContext, localId: BtfTypeId, targetId: BtfTypeId): boolean {
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    spend(context);
    const local = skipModifiers(context.local, localId).type;
    const target = skipModifiers(context.target, targetId).type;
    if (isComposite(local) && isComposite(target)) return true;
    if (!kindsCompatible(local, target)) return false;
    switch (local.kind) {
      case "ptr":
      case "float":
        return true;
      case "fwd":
      case "enum":
      case "enum64":
        return eitherUnnamedOrSame(typeName(local), typeName(target));
      case "int":
        return wholeInt(local) && wholeInt(target);
      case "array":
        if (target.kind !== "array") return false;
        localId = local.element;
        targetId = target.element;
        break;
      default:
        return false;
    }
  }
  return false;
}

/** Whether two types of the same essential name are the same thing, whatever their members. */
export function typesCompatible(
  context: CoreContext,
  localId: BtfTypeId,
  targetId: BtfTypeId,
  depth = MAX_DEPTH,
): boolean {
  for (; depth >= 0; depth--) {
    spend(context);
    const local = skipModifiers(context.local, localId).type;
    const target = skipModifiers(context.target, targetId).type;
    if (!kindsCompatible(local, target)) return false;
    switch (local.kind) {
      case "void":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "fwd":
        return true;
      case "int":
        return wholeInt(local) && wholeInt(target);
      case "ptr":
        if (target.kind !== "ptr") return false;
        [localId, targetId] = [local.type, target.type];
        break;
      case "array":
        if (target.kind !== "array") return false;
        [localId, targetId] = [local.element, target.element];
        break;
      case "func_proto": {
        if (target.kind !== "func_proto" || local.params.length !== target.params.length) return false;
        const rest = depth - 1;
        const same = local.params.every((param, index) =>
          typesCompatible(context, param.type, target.params[index]?.type ?? 0, rest),
        );
        if (!same) return false;
        [localId, targetId] = [local.returns, target.returns];
        break;
      }
      default:
        return false;
    }
  }
  throw new FormatError("BTF: the types nest too deeply to compare");
}

/** Whether all that the local type declares is in the target with the same names, sizes and signs. */
export function typesMatch(
  context: CoreContext,
  localId: BtfTypeId,
  targetId: BtfTypeId,
  behindPointer = false,
  depth = MAX_DEPTH,
): boolean {
  for (; depth >= 0; depth--) {
    spend(context);
    const local = skipModifiers(context.local, localId).type;
    const target = skipModifiers(context.target, targetId).type;
    if (essentialName(typeName(local)) !== essentialName(typeName(target))) return false;
    switch (local.kind) {
      case "void":
        return target.kind === "void";
      case "fwd":
        return forwardMatches(local.union, target, behindPointer);
      case "enum":
      case "enum64":
        return isEnum(target) && enumMatches(context, local, target);
      case "struct":
      case "union":
        return compositeMatches(context, local, target, behindPointer, depth);
      case "int":
        return target.kind === "int" && local.size === target.size && isSigned(local) === isSigned(target);
      case "ptr":
        if (target.kind !== "ptr") return false;
        behindPointer = true;
        [localId, targetId] = [local.type, target.type];
        break;
      case "array":
        if (target.kind !== "array" || local.length !== target.length) return false;
        [localId, targetId] = [local.element, target.element];
        break;
      case "func_proto": {
        if (target.kind !== "func_proto" || local.params.length !== target.params.length) return false;
        const [behind, rest] = [behindPointer, depth - 1];
        const same = local.params.every((param, index) =>
          typesMatch(context, param.type, target.params[index]?.type ?? 0, behind, rest),
        );
        if (!same) return false;
        [localId, targetId] = [local.returns, target.returns];
        break;
      }
      default:
        return false;
    }
  }
  throw new FormatError("BTF: the types nest too deeply to compare");
}

function forwardMatches(union: boolean, target: BtfType, behindPointer: boolean): boolean {
  if (target.kind === "fwd") return target.union === union;
  return behindPointer && target.kind === (union ? "union" : "struct");
}

function enumMatches(
  context: CoreContext,
  local: Extract<BtfType, { kind: "enum" | "enum64" }>,
  target: Extract<BtfType, { kind: "enum" | "enum64" }>,
): boolean {
  if (local.values.length > target.values.length) return false;
  const names = new Set(target.values.map((value) => essentialName(value.name)));
  context.steps -= target.values.length;
  return local.values.every((value) => names.has(essentialName(value.name)));
}

function compositeMatches(
  context: CoreContext,
  local: Extract<BtfType, { kind: "struct" | "union" }>,
  target: BtfType,
  behindPointer: boolean,
  depth: number,
): boolean {
  if (behindPointer) {
    // What a pointer points to need not be complete: names have been compared, members are not.
    if (target.kind === "fwd") return target.union === (local.kind === "union");
    return target.kind === local.kind;
  }
  if (target.kind !== local.kind || !isComposite(target) || local.members.length > target.members.length) return false;
  const sameMember = (mine: BtfMember, theirs: BtfMember): boolean => {
    spend(context);
    if (essentialName(mine.name) !== essentialName(theirs.name)) return false;
    return typesMatch(context, mine.type, theirs.type, behindPointer, depth - 1);
  };
  return local.members.every((mine) => target.members.some((theirs) => sameMember(mine, theirs)));
}

/** Old compilers described bit-fields as ints that begin inside a byte; those are not relocatable. */
function wholeInt(type: BtfType): boolean {
  return type.kind === "int" && type.offsetBits === 0;
}

function isSigned(type: BtfType): boolean {
  return type.kind === "int" && type.encoding === "signed";
}

function eitherUnnamedOrSame(local: string, target: string): boolean {
  return local === "" || target === "" || essentialName(local) === essentialName(target);
}
