// Imported by modules.ts: a module of a program has no statements either.
export function sideEffect(x: number): number {
  return x;
}
sideEffect(5); //~ TSB7004
