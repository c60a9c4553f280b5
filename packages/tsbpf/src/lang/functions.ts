// Functions that the object has under their own name.

/** What a global function takes and gives. */
type ScalarFunction = (...args: never[]) => number | bigint | boolean;

/**
 * A function that the verifier looks at once, by its types alone, however often and from whatever programs it is
 * called: `export const clamp = globalFunction((value: u32, limit: u32): u32 => …)`. It takes up to five integers and
 * booleans and gives one. Requires Linux 5.6 or newer.
 */
export function globalFunction<F extends ScalarFunction>(body: F): F {
  return body;
}
