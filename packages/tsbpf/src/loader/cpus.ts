// CPU lists of the kernel: "0-3,8". CPUs are named by their id, which need not be their place in the list.

import type { Kernel } from "../sys/kernel.js";
import { decodeText } from "../util/bytes.js";
import { LoaderError } from "./errors.js";

/** More than any kernel's NR_CPUS (8192): a list past it is malformed. */
const MAX_CPU_ID = 65_535;

export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const range of text.trim().split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!match || first > last || last > MAX_CPU_ID) {
      throw new LoaderError("ERR_SYSTEM", `read CPU list: "${text.trim()}" is not one`);
    }
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

/** Every CPU that can ever be: per-CPU maps have a value for each, in this order. */
export function possibleCpus(kernel: Pick<Kernel, "readFile">): number[] {
  return readCpuList(kernel, "possible");
}

/** The CPUs that run now. */
export function onlineCpus(kernel: Pick<Kernel, "readFile">): number[] {
  return readCpuList(kernel, "online");
}

function readCpuList(kernel: Pick<Kernel, "readFile">, which: "possible" | "online"): number[] {
  const path = `/sys/devices/system/cpu/${which}`;
  const bytes = kernel.readFile(path);
  if (!bytes) throw new LoaderError("ERR_SYSTEM", `read ${path}: the file cannot be read (is /sys mounted?)`);
  return parseCpuList(decodeText(bytes));
}
