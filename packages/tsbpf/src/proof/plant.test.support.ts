// Loaded with --import: `import("…?planted=3")` gives a module, and all that it imports, once more, with the bug of
// that number in it. So one process tries many bugs, and what is not ours (TypeScript) is loaded and warm only once.
// Fails where the place has changed, so that a bug cannot silently stay out.

import { register } from "node:module";
import { isMainThread } from "node:worker_threads";
import { plantedBugs, type PlantedBug } from "./planted.test.support.js";

interface Loaded {
  readonly format: string;
  readonly source: string | Uint8Array;
}

interface Resolved {
  readonly url: string;
}

interface Place {
  readonly parentURL?: string;
}

const mark = "?planted=";
const ours = new URL("..", import.meta.url).href;

if (isMainThread) register(import.meta.url);

/** Node's loader calls these in a thread of its own: what a module with a mark imports gets the same mark. */
export async function resolve(
  name: string,
  place: Place,
  next: (name: string, place: Place) => Promise<Resolved>,
): Promise<Resolved> {
  const found = await next(name, place);
  const number = place.parentURL?.split(mark)[1];
  if (number === undefined || !found.url.startsWith(ours) || found.url.includes(mark)) return found;
  return { ...found, url: found.url + mark + number };
}

export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await next(url, context);
  const [file = "", number] = url.split(mark);
  const bug = number === undefined ? undefined : plantedBugs[Number(number)];
  return bug && file === ours + bug.file ? withBug(loaded, bug) : loaded;
}

function withBug(loaded: Loaded, { file, from, to }: PlantedBug): Loaded {
  const text = Buffer.from(loaded.source as Uint8Array).toString("utf8");
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} has "${from}" ${parts.length - 1} times, not once`);
  return { ...loaded, source: parts.join(to) };
}
