// Assertions are for our own mistakes. A user's mistake is a diagnostic or a typed error, never an assert.

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws when `condition` is false: the toolchain itself is wrong, and says where. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(`internal error: ${message}`);
}

/** For places that are passed so often that making the message of an {@link assert} would cost too much. */
export function fail(message: string): never {
  throw new AssertionError(`internal error: ${message}`);
}

/** Where every byte of an object passes through: here the message is not made before it is needed. */
export function assertRange(value: number, min: number, max: number, what: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  fail(`${what} ${value} is not within ${min} … ${max}`);
}

/** The end of an exhaustive `switch`: reaching it at run time is a bug of ours. */
export function unreachable(value: never, what: string): never {
  throw new AssertionError(`internal error: unexpected ${what}: ${JSON.stringify(value)}`);
}
