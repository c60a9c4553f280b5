// Cures for names that are not known: globals, imports, options, and arguments that a call does not take.

import { mapFactories } from "./map-declarations.js";
import { didYouMean } from "../../util/did-you-mean.js";
import type { MessageName } from "../messages.js";
import { bpftraceNames, foreignNames, foreignPatterns } from "./foreign-names.js";
import type { Place } from "./type-errors.js";
import { ts } from "./typescript.js";
import { adviceFor } from "./unsupported.js";

/** A diagnostic of ours in place of TypeScript's, or what is added to its. */
export interface Finding {
  readonly name?: MessageName;
  readonly values?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly notes?: readonly string[];
}

function foreign(name: string, instead: string): Finding {
  return { name: "foreignName", values: { name, instead } };
}

export function nameCure({ node: place, exports, message }: Place): Finding | undefined {
  if (isImport(place)) return importedModule(place);
  // A type's name alone is a reference to a type.
  const node = ts.isTypeReferenceNode(place) ? place.typeName : place;
  if (!ts.isIdentifier(node) && !isTypeWord(node)) return { message };
  const name = node.getText();
  if (exports.includes(name)) return { message, notes: [`import it: \`import { ${name} } from "tsbpf"\``] };
  const instead = foreignNames.get(memberName(node)) ?? knownCure(name, exports);
  if (instead !== undefined) return foreign(memberName(node), instead);
  if (message.includes("Did you mean")) return { message };
  const bpftrace = bpftraceNames.get(name);
  if (bpftrace !== undefined) return foreign(name, bpftrace);
  const near = didYouMean(name, exports);
  return { message, notes: near === undefined ? [] : [`did you mean \`${near}\`? It is exported by "tsbpf"`] };
}

const schemaTypes: Readonly<Record<string, string>> = {
  bool: "the type is `boolean`",
  chars: "the type is `Chars<16>`",
  bytes: "the type is `Bytes<16>`",
  array: "the type is `FixedArray<u32, 4>`",
};

/** A schema where a type is needed. */
export function schemaCure({ node, message }: Place): Finding {
  const name = node.getText();
  const instead = Object.hasOwn(schemaTypes, name)
    ? schemaTypes[name]
    : `the type of its values: \`Value<typeof ${name}>\``;
  return { message: message.replace(/ Did you mean .*$/, ""), notes: [instead ?? ""] };
}

/** `number` where a value is needed is a keyword to the parser. */
function isTypeWord(node: ts.Node): boolean {
  return node.kind >= ts.SyntaxKind.FirstKeyword && node.kind <= ts.SyntaxKind.LastKeyword;
}

/** "console.log", for what is called by that name. */
function memberName(node: ts.Node): string {
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent) && parent.expression === node ? parent.getText() : node.getText();
}

function knownCure(name: string, exports: readonly string[]): string | undefined {
  const known = foreignNames.get(name);
  if (known !== undefined) return known;
  for (const [pattern, cure] of foreignPatterns) {
    const match = pattern.exec(name);
    if (match) return cure.replaceAll("$1", match[1] ?? "");
  }
  return mapKindCure(name) ?? kernelNameCure(name, exports);
}

/** `BPF_MAP_TYPE_HASH` */
function mapKindCure(name: string): string | undefined {
  const kind = /^BPF_MAP_TYPE_(\w+)$/.exec(name)?.[1]?.toLowerCase();
  if (kind === undefined) return undefined;
  const factory = Object.entries(mapFactories).find(([, { kind: own }]) => own === kind)?.[0];
  return factory === undefined ? `there are ${Object.keys(mapFactories).join(", ")}` : `\`${factory}(…)\` makes one`;
}

/** `bpf_get_current_comm` is `bpfGetCurrentComm`. */
function kernelNameCure(name: string, exports: readonly string[]): string | undefined {
  if (!name.startsWith("bpf_")) return undefined;
  const camel = name.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const near = exports.includes(camel) ? camel : didYouMean(camel, exports);
  return near === undefined ? undefined : `it is \`${near}\` here, from "tsbpf"`;
}

// ---- imports ----------------------------------------------------------------------------------------------------

export function importCure({ node, exports, message }: Place): Finding | undefined {
  if (isImport(node)) return importedModule(node);
  const name = node.getText();
  const clause = ts.findAncestor(node, ts.isImportDeclaration);
  if (clause && ts.isStringLiteral(clause.moduleSpecifier) && clause.moduleSpecifier.text !== "tsbpf") return undefined;
  const instead = knownCure(name, exports);
  if (instead !== undefined) return foreign(name, instead);
  if (message.includes("Did you mean")) return { message };
  const near = didYouMean(name, exports);
  return near === undefined ? undefined : { message, notes: [`did you mean \`${near}\`?`] };
}

function isImport(node: ts.Node): node is ts.StringLiteral {
  return ts.isStringLiteral(node) && (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent));
}

function importedModule(node: ts.StringLiteral): Finding {
  if (node.text.endsWith(".json"))
    return foreign(node.text, "a module is TypeScript: `export const limits = { … } as const`");
  // A path may only be misspelt; anything else is a package, which runs in user space.
  if (node.text.startsWith(".")) return { notes: ["paths begin at this file and end in `.js`: `./limits.js`"] };
  return foreign(
    node.text,
    'a program imports "tsbpf" and modules of its own kind, `./limits.js`; packages run in user space',
  );
}

// ---- options and arguments --------------------------------------------------------------------------------------

export function optionCure({ node, checker, message }: Place): Finding | undefined {
  const literal = ts.findAncestor(node, ts.isObjectLiteralExpression);
  const type = literal && checker.getContextualType(literal);
  if (!type) return undefined;
  const names = memberNames(checker, type);
  const near = didYouMean(node.getText(), names);
  const note = near === undefined ? `there are: ${names.join(", ")}` : `did you mean \`${near}\`?`;
  // TypeScript writes out the whole type, which the list of names says better.
  return { message: message.replace(/ in type '.*'\.(?: Did you mean .*)?$/, " here"), notes: [note] };
}

/** The properties of a type that a program can write. */
export function memberNames(checker: ts.TypeChecker, type: ts.Type): readonly string[] {
  const properties = checker.getPropertiesOfType(checker.getNonNullableType(type));
  return properties.map(({ name }) => name).filter((name) => !/^__|^(?:map|program|data)Kind$/.test(name));
}

export function callCure({ node, checker, message }: Place): Finding | undefined {
  // An argument too many may be a call itself.
  const isArgument = ts.isCallExpression(node.parent) && node.parent.arguments.some((argument) => argument === node);
  const isCall = (above: ts.Node): boolean => ts.isCallExpression(above) || ts.isTaggedTemplateExpression(above);
  const call = ts.findAncestor(isArgument ? node.parent : node, isCall);
  if (call && ts.isTaggedTemplateExpression(call)) {
    return { name: "unsupportedSyntax", values: adviceFor(ts.SyntaxKind.TaggedTemplateExpression) };
  }
  if (!call || !ts.isCallExpression(call)) return undefined;
  const [signature] = checker.getTypeAtLocation(call.expression).getCallSignatures();
  if (!signature) return undefined;
  const callee = call.expression.getText();
  const names = signature.parameters.map((parameter) => {
    const { valueDeclaration } = parameter;
    const isOptional = valueDeclaration && ts.isParameter(valueDeclaration) && valueDeclaration.questionToken;
    return isOptional ? `${parameter.name}?` : parameter.name;
  });
  const notes = [`it is called as \`${callee}(${names.join(", ")})\``];
  if (/^bpf[A-Z]/.test(callee) && call.arguments.length > names.length) {
    notes.push("a helper takes the length from the memory itself");
  }
  return { message, notes };
}
