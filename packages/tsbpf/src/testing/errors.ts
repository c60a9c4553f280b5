// What goes wrong between a test and the emulator.

/** A module that cannot be compiled or read, or something that a test gives and that cannot be. */
export class EmulateError extends Error {
  override readonly name: string = "EmulateError";
}

/** A test's data that does not fit the kernel's types. */
export class KernelObjectError extends EmulateError {
  override readonly name = "KernelObjectError";
}
