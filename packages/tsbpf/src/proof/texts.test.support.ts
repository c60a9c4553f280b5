// Random text: what stands in `chars` fields, and the questions that a program can ask of it.

import type { Random } from "./random.test.support.js";
import { expression, type Expression, type Scope } from "./scope.test.support.js";

/** Few letters, so that texts are often equal or parts of each other. */
const texts = ["", "a", "b", "ab", "ba", "aa", "aba", "abab", "babbab"] as const;

export function aTextThatFits(random: Random, length: number): string {
  return JSON.stringify(random.pick(texts.filter((text) => text.length < length)));
}

function textsOf(scope: Scope): readonly string[] {
  return scope.places.flatMap(({ name, struct }) =>
    struct.fields.flatMap((field) => (field.kind === "chars" ? [`${name}.${field.name}`] : [])),
  );
}

/** Undefined where there is no text. */
export function textTest(scope: Scope): Expression | undefined {
  const { random } = scope;
  const all = textsOf(scope);
  if (all.length === 0) return undefined;
  const quoted = JSON.stringify(random.pick(texts));
  const constant = random.chance(20) ? quoted.replaceAll('"', "`") : quoted;
  const other = random.chance(40) ? random.pick(all) : constant;
  const method = random.pick(["equals", "startsWith", "includes"]);
  return expression("bool", [`${random.pick(all)}.${method}(${other})`]);
}
