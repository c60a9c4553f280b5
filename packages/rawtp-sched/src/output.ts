// Standard output as the tracer needs it: one write a batch, waits while the reader is slow, and knows when the
// reader has gone.

export interface EventOutput {
  /** Resolves when more may be written. Does nothing once the output is closed. */
  write(text: string): Promise<void>;
  /** Aborted when nobody reads any more (EPIPE), or when writing failed. */
  readonly closed: AbortSignal;
  /** What made writing fail; a reader that went away is no failure. */
  failure(): Error | undefined;
}

export function createOutput(stream: NodeJS.WritableStream): EventOutput {
  const closed = new AbortController();
  let failure: Error | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") failure ??= new Error(`write events: ${error.message}`, { cause: error });
    closed.abort();
  });
  return {
    closed: closed.signal,
    failure: () => failure,
    async write(text) {
      if (text === "" || closed.signal.aborted || stream.write(text)) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stream.removeListener("drain", done);
          closed.signal.removeEventListener("abort", done);
          resolve();
        };
        stream.on("drain", done);
        closed.signal.addEventListener("abort", done);
      });
    },
  };
}
