// A thread that runs a program again and again, and counts in shared memory how often that gave what was not zero.

import { workerData } from "node:worker_threads";
import { openKernel } from "../sys/linux.js";

/** What the thread is given. */
export interface HammerData {
  readonly fd: number;
  readonly times: number;
  readonly failed: Int32Array<SharedArrayBuffer>;
}

const { fd, times, failed } = workerData as HammerData;
const kernel = openKernel();
for (let n = 0; n < times; n++) {
  const context = new Uint8Array(new ArrayBuffer(96));
  const { status, returnValue } = kernel.progTestRun(fd, { context, data: undefined, repeat: 0, dataOutBytes: 0 });
  if (status < 0) throw new Error(`run: ${status}`);
  if (returnValue !== 0) Atomics.add(failed, 0, 1);
}
