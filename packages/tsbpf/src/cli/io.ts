// What a command may do to the world besides its own work: print, and know where it stands. Tests pass their own.

export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether the streams show colour. */
  readonly colorStdout: boolean;
  readonly colorStderr: boolean;
  readonly cwd: string;
}

export type Color = "red" | "green" | "yellow" | "cyan" | "bold" | "dim";

/** Colours a text, or leaves it as it is. */
export type Paint = (color: Color, text: string) => string;

/** SGR parameters (ECMA-48). */
const codes: Readonly<Record<Color, string>> = {
  red: "31;1",
  green: "32",
  yellow: "33;1",
  cyan: "36",
  bold: "1",
  dim: "2",
};

export function painter(enabled: boolean): Paint {
  return enabled ? (color, text) => `\u001b[${codes[color]}m${text}\u001b[0m` : (_color, text) => text;
}

/** A terminal that wants colour: see no-color.org; TERM=dumb is what editors set. */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** Whether a caught value is a system error with a code such as "ENOENT". */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A control character in foreign text (a name in an object file) must not reach the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => (c === "\t" ? "  " : `\\x${hexByte(c.charCodeAt(0))}`));
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}
