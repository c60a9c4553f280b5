// `range`: the numbers that a `for…of` counts through.

/** 0, 1, 2 … up to but not including `end`. */
export function range(end: number): Iterable<number>;
/**
 * `start`, `start + step` … as long as they are before `end`. A negative step counts down; in a program the step is a
 * constant.
 */
export function range(start: number, end: number, step?: number): Iterable<number>;
export function range(first: number, second?: number, step = 1): Iterable<number> {
  if (step === 0) throw new RangeError("range: the step is 0, so that it would never end");
  return second === undefined ? count(0, first, step) : count(first, second, step);
}

function* count(start: number, end: number, step: number): Iterable<number> {
  for (let at = start; step > 0 ? at < end : at > end; at += step) yield at;
}
