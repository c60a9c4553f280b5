// `tsbpf version`: what a bug report needs first.

import type { ParsedArgs } from "./args.js";
import type { Io } from "./io.js";
import { dependencyVersion, tsbpfVersion } from "./versions.js";

export async function runVersion(_args: ParsedArgs, io: Io): Promise<number> {
  io.stdout(`tsbpf ${tsbpfVersion()}\n`);
  io.stdout(`node ${process.version.slice(1)} (${process.platform} ${process.arch})\n`);
  io.stdout(`typescript ${dependencyVersion("typescript") ?? "not installed"}\n`);
  io.stdout(`koffi ${dependencyVersion("koffi") ?? "not installed"}\n`);
  return 0;
}
