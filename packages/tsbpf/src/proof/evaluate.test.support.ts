// A module's text as JavaScript, evaluated in place: an ES module that was imported would stay in memory for ever.

import { ts } from "../compiler/frontend/typescript.js";
import * as language from "../index.js";
import { assert } from "../util/assert.js";

const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };

/** What the module exports. */
export function evaluate(text: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(text, { compilerOptions: options });
  const exports: Record<string, unknown> = {};
  const load = (name: string): typeof language => {
    assert(name === "tsbpf", `a random module imports ${name}`);
    return language;
  };
  // The text is the generator's own.
  new Function("exports", "require", outputText)(exports, load);
  return exports;
}
