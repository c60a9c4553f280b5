// What the tracer says when it cannot go on: the loader's text, which names the thing, and this command's cure.

/** One line or more, for standard error, without "rawtp-sched: ". */
export function symptom(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cure = cures.get(codeOf(error));
  // Without a code it is a mistake of ours, and the stack is what a report of it needs.
  if (codeOf(error) === "" && error.cause === undefined && error.constructor !== Error)
    return error.stack ?? error.message;
  return cure === undefined || error.message.includes(cure.unless) ? error.message : `${error.message}\n${cure.text}`;
}

interface Cure {
  readonly text: string;
  /** The message says it already when it has this in it. */
  readonly unless: string;
}

const doctor: Cure = { text: "`tsbpf doctor` says what this machine lacks", unless: "tsbpf doctor" };

/** By the loader's error codes. */
const cures: ReadonlyMap<string, Cure> = new Map([
  ["ERR_KERNEL_BTF", { text: "give the kernel's BTF with --btf FILE", unless: "--btf" }],
  ["ERR_PERMISSION", { text: "it needs CAP_BPF and CAP_PERFMON (or root): run it with sudo", unless: "(or root)" }],
  ["ERR_NOT_SUPPORTED", doctor],
  ["ERR_SYSTEM", doctor],
  ["ERR_ATTACH", doctor],
  ["ERR_VERIFIER", { text: "another object: scripts/build.sh makes it, --object FILE names it", unless: "--object" }],
]);

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
