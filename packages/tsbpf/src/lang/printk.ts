// Lines for the kernel's trace pipe, and where they go in plain Node.

type Sink = (line: string) => void;
let sink: Sink = (line) => {
  process.stdout.write(`${line}\n`);
};

/**
 * Writes a line to the kernel's trace pipe (/sys/kernel/tracing/trace_pipe), for debugging only:
 * `` bpfPrintk(`exec ${pid} ${event.comm}`) ``. More than three values need Linux 5.16.
 */
export function bpfPrintk(line: string): void {
  sink(line);
}

/** In plain Node, `receive` gets every line that programs print. Gives the receiver before it. */
export function onPrintk(receive: (line: string) => void): (line: string) => void {
  const before = sink;
  sink = receive;
  return before;
}
