// Loaded with --import: puts the bug that TSBPF_PLANTED names into the compiler, as Node loads its module. Fails where
// the place has changed, so that a bug cannot silently stay out.

import { register } from "node:module";
import { isMainThread } from "node:worker_threads";
import { plantedBugs } from "./planted.test.support.js";

interface Loaded {
  readonly format: string;
  readonly source: string | Uint8Array;
}

const bug = plantedBugs[Number(process.env["TSBPF_PLANTED"])];

if (isMainThread) register(import.meta.url);

/** Node's loader calls this in a thread of its own. */
export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await next(url, context);
  if (!bug || !url.endsWith(`/dist/${bug.file}`)) return loaded;
  const parts = Buffer.from(loaded.source as Uint8Array)
    .toString("utf8")
    .split(bug.from);
  if (parts.length !== 2) throw new Error(`${bug.file} has "${bug.from}" ${parts.length - 1} times, not once`);
  return { ...loaded, source: parts.join(bug.to) };
}
