// Classes, accessors and decorators, at the top of a module and in values.
import { rawTracepoint, struct, u32 } from "tsbpf";

function mark(target: unknown, context: unknown): void {}

@mark //~ TSB1001
class Base {
  readonly #secret = 5;
  static shared = 1;
  get value(): number { return this.#secret; }
}

class Derived extends Base { //~ TSB1001
  constructor() { super(); }
}

const record = { get value() { return 5; } }; //~ TSB6003
const method = { value() { return 5; } }; //~ TSB6003
const computed = { ["a" + "b"]: 5 }; //~ TSB6003
const spread = { ...{ a: 5 } }; //~ TSB6003
const asserted = 5 as u32; //~ TSB6003
const constant = { a: 5 } as const;
const satisfied = 5 satisfies number;
const template = `plain`;
const pattern = /a/; //~ TSB6003

export const p = rawTracepoint("sched_process_exec", () => constant.a + satisfied);
