// What a tail call means in plain Node: the program that makes it ends there, and the other one runs in its place.

import type { Program } from "./types.js";

/** A program's function. */
type Handler = Program<string>["handler"];

/** Thrown where a tail call succeeds, so that nothing behind it runs; records that are held are discarded. */
class TailCall extends Error {
  override readonly name = "TailCall";
  readonly to: Handler;

  constructor(to: Handler) {
    super("a tail call outside of a program");
    this.to = to;
  }
}

/** MAX_TAIL_CALL_CNT, include/linux/bpf.h. */
const callsMax = 33;

/** How many tail calls the program that runs now has made. */
let callsMade = 0;

const bodies = new WeakMap<Handler, Handler>();

/** A program's entry: runs `body`, and the programs that it goes on as. */
export function withTailCalls<H extends Handler>(body: H): H {
  const entry = (ctx: never): ReturnType<Handler> => {
    const outer = callsMade;
    callsMade = 0;
    try {
      return runBodies(body, ctx);
    } finally {
      callsMade = outer;
    }
  };
  bodies.set(entry, body);
  return entry as H;
}

function runBodies(first: Handler, ctx: never): ReturnType<Handler> {
  let body = first;
  for (;;) {
    try {
      return body(ctx);
    } catch (error) {
      if (!(error instanceof TailCall)) throw error;
      body = error.to;
    }
  }
}

/** Ends the program that runs now and goes on as `target`; comes back when it has done so too often. */
export function tailCallTo(target: Handler): void {
  if (callsMade >= callsMax) return;
  callsMade++;
  throw new TailCall(bodies.get(target) ?? target);
}
