// What a pass is. A pass works on one function and keeps no state between functions.

import type { Func } from "../ir/ir.js";

export interface Pass {
  readonly name: string;
  /** One sentence: what the generated code would lose without it. */
  readonly why: string;
  /** Names of passes that must have run before it. */
  readonly needs: readonly string[];
  /** Names of passes whose work it partly undoes: each of them must run again after it. */
  readonly breaks: readonly string[];
  /** It goes on until it finds nothing more to do: there is no use in running it twice in a row. */
  readonly settles?: true;
  /** True when it changed something. */
  run(func: Func): boolean;
}
