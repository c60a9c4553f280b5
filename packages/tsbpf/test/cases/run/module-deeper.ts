// Imported by module-parts.ts.
export function deeper(x: number): number {
  return x - 1;
}
