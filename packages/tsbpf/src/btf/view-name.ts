// How a TypeScript view of a kernel type is called, both ways: bpfCoreTaskStruct is struct task_struct, and
// bpfCoreEnumPidType is enum pid_type. What camel case cannot carry there and back keeps its spelling behind an
// underscore: bpfCore_Qdisc.

import { essentialName } from "./name.js";

const prefix = "bpfCore";
const enumMark = /^Enum(?=[A-Z_])/;

export interface ViewName {
  /** The kernel's name, with any `___flavour`. */
  readonly name: string;
  readonly isEnum: boolean;
}

/** Undefined for the name of an interface that is no view. */
export function parseViewName(viewName: string): ViewName | undefined {
  if (!viewName.startsWith(prefix)) return undefined;
  const rest = viewName.slice(prefix.length);
  const isEnum = enumMark.test(rest);
  const own = rest.replace(enumMark, "");
  const base = essentialName(own);
  const name = base.startsWith("_") ? base.slice(1) : snakeCase(base);
  return { name: name + own.slice(base.length), isEnum };
}

/** The view of a kernel type with this name. */
export function viewName({ name, isEnum }: ViewName): string {
  const start = prefix + (isEnum ? "Enum" : "");
  const camel = start + name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const back = parseViewName(camel);
  return back?.name === name && back.isEnum === isEnum ? camel : `${start}_${name}`;
}

/** realParent -> real_parent; what is in kernel spelling already stays. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, index: number) => (index > 0 ? "_" : "") + letter.toLowerCase());
}
