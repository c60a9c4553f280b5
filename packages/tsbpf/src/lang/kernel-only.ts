// What a helper does in plain Node. The kernel is not there, so a call fails, unless a test or an emulator has said
// what it should do.

type Implementation = (...args: readonly unknown[]) => unknown;

/** What helpers do in this process, by the name a program uses ("bpfGetCurrentComm"). */
export const helperImplementations: Map<string, Implementation> = new Map();

/** Says what one helper does in plain Node, so that a BPF function that calls it can run there. */
export function implementHelper<Args extends readonly never[]>(name: string, fn: (...args: Args) => unknown): void {
  helperImplementations.set(name, fn as unknown as Implementation);
}

/** Says what many helpers do, as an emulator does. */
export function installHelpers(implementations: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  for (const [name, fn] of Object.entries(implementations)) implementHelper(name, fn);
}

/** Runs a helper's implementation, or fails when there is none. */
export function runHelper(name: string, ...args: readonly unknown[]): unknown {
  const implementation = helperImplementations.get(name);
  return implementation ? implementation(...args) : kernelOnly(name);
}

export function kernelOnly(name: string): never {
  throw new Error(
    `call ${name}: it only runs in the kernel (compile the program with tsbpf, ` +
      `or give it a meaning here with implementHelper("${name}", ...) or installHelpers)`,
  );
}
