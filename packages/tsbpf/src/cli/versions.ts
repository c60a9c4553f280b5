// The versions of what tsbpf is made of, read from the packages' own package.json.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

export function tsbpfVersion(): string {
  return versionIn(new URL("../../package.json", import.meta.url)) ?? "unknown";
}

/** Of a package that tsbpf depends on; undefined when it is not installed. */
export function dependencyVersion(name: "typescript" | "koffi"): string | undefined {
  // Not by require.resolve: koffi does not export its package.json.
  for (const folder of require.resolve.paths(name) ?? []) {
    const version = versionIn(join(folder, name, "package.json"));
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionIn(path: string | URL): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof content !== "object" || content === null || !("version" in content)) return undefined;
    return typeof content.version === "string" ? content.version : undefined;
  } catch {
    return undefined;
  }
}
