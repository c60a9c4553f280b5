// Conditions that ask about one value twice, with the same constant or its neighbours: `x < 5 && x >= 4`, or a branch
// inside the branch that decides it. What the compiler concludes from one answer about the other shows only there, and
// only where the value often is one of these constants, so that it is a small one.

import { aReading } from "./readings.test.support.js";
import {
  expression,
  isNumber,
  list,
  newName,
  statement,
  totalOf,
  type Expression,
  type Scope,
} from "./scope.test.support.js";
import type { BlockMaker, Step } from "./store.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

const operators = ["<", "<=", ">", ">=", "===", "!=="] as const;

/** What is asked about: the value as text, and the constant that it is compared with. */
interface Subject {
  readonly value: readonly (string | TreeNode)[];
  readonly type: ValueType;
  readonly middle: number;
}

/** Two questions about one value, and perhaps a third condition. Undefined where there is nothing to ask about. */
export function twiceAsked(scope: Scope, third: () => Expression): Expression | undefined {
  const { random } = scope;
  const subject = aSubject(scope);
  if (!subject) return undefined;
  const question = questions(scope, subject);
  switch (random.below(4)) {
    case 0:
      return expression("bool", ["(", question(), " ? ", third(), " : ", question(), ")"]);
    case 1:
      return expression("bool", ["(", question(), " ? ", question(), " : ", question(), ")"]);
    default: {
      const operator = random.pick(["&&", "||"]);
      const first = random.chance(25) ? expression("bool", ["!", question()]) : question();
      return expression("bool", ["(", first, ` ${operator} `, question(), ")"]);
    }
  }
}

/** Branches of which one decides the next one: an `else if`, or an `if` inside, about the same value. */
export function twiceBranched(scope: Scope, depth: number, block: BlockMaker): Step | undefined {
  const { random } = scope;
  const subject = aSubject(scope);
  if (!subject) return undefined;
  const name = newName(scope, "k");
  const named: Subject = { ...subject, value: [name] };
  const question = questions(scope, named);
  const total = totalOf(scope);
  // Which branch was taken shows at once.
  const trace = (): TreeNode[] => (total ? [statement(`${total.name} ^= ${1 + random.below(0xffff)};\n`)] : []);
  const body = (): TreeNode => list([...trace(), block(scope, 1, depth - 1)]);
  const declaration = statement(`const ${name} = `, ...subject.value, ";");
  const [first, second] = [question(), question()];
  const inside = [
    statement("if (", second, ") {\n", body(), "\n} else {\n", body(), "\n}"),
    statement("if (", question(), ") {\n", body(), "\n}"),
  ];
  if (random.chance(50)) {
    const chain = statement("if (", first, ") {\n", body(), "\n} else ", ...inside);
    return { node: list([declaration, chain]), scope };
  }
  const then = list([...block(scope, 1, depth - 1).parts.filter((part) => typeof part !== "string"), ...inside]);
  return { node: list([declaration, statement("if (", first, ") {\n", then, "\n}")]), scope };
}

function questions(scope: Scope, { value, type, middle }: Subject): () => Expression {
  const { random } = scope;
  return () => {
    // Most often the very same question or its opposite.
    const constant = middle + (random.chance(60) ? 0 : random.below(3) - 1);
    const operator = random.pick(operators);
    // TypeScript takes a variable that is 3 for the type 3, and would refuse to compare it with 4.
    const isEquality = operator === "===" || operator === "!==";
    const literal = `${constant}${isBig(type) ? "n" : ""}`;
    const other = isEquality ? `${type}(${literal})` : constant < 0 ? `(${literal})` : literal;
    if (scope.hasOddLiterals && random.chance(50)) return expression("bool", [`(${other} ${operator} `, ...value, ")"]);
    return expression("bool", ["(", ...value, ` ${operator} ${other})`]);
  };
}

/** A small value that only the running program knows, of every width and sign. */
function aSubject(scope: Scope): Subject | undefined {
  const { random } = scope;
  const type = random.pick(["u32", "i32", "u8", "i16", "u64", "i64"] as const);
  const reading = aReading(scope, (other) => (isBig(type) ? isBig(other) : isNumber(other) && other !== "number"));
  const source = random.chance(70) ? reading : undefined;
  if (!source && !scope.hasContext) return undefined;
  const argument = `ctx.args[${random.below(12)}]`;
  const part = isBig(type)
    ? [`${type}(`, source ?? argument, " & 7n)"]
    : ["(", ...(source ? [source] : [`u32(${argument})`]), " & 7)"];
  // Around zero, so that signs matter.
  const isSigned = type.startsWith("i");
  const value = isSigned ? [`${type}(`, ...part, isBig(type) ? " - 3n)" : " - 3)"] : [`${type}(`, ...part, ")"];
  return { value, type, middle: (isSigned ? -3 : 0) + 1 + random.below(6) };
}

function isBig(type: ValueType): boolean {
  return type === "u64" || type === "i64";
}
