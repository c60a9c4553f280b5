// Questions about the kernel's own types, answered when the program is loaded (CO-RE). In plain Node the object at
// hand is the answer.

/**
 * True when the running kernel's type has this field: `if (bpfCoreFieldExists(task.tgid)) …`. The argument is not
 * read, only named.
 */
export function bpfCoreFieldExists(field: unknown): boolean {
  return field !== undefined;
}
