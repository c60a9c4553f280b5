// Somebody who watches a terminal and sees nothing may think that the tracer does nothing. A program that reads the
// output does not, so the hint is for terminals only.

export interface QuietHint {
  /** An event came: no hint any more. */
  cancel(): void;
}

export function startQuietHint(stream: NodeJS.WriteStream, afterMs = 10_000): QuietHint {
  if (!stream.isTTY) return { cancel: () => {} };
  const text = `no program has started for ${afterMs / 1000} seconds: run \`ls\` in another terminal\n`;
  const timer = setTimeout(() => stream.write(text), afterMs);
  timer.unref();
  return { cancel: () => clearTimeout(timer) };
}
