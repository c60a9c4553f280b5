// Where the doctor's facts come from: an interface, so that tests can show it old kernels and missing rights, and
// the machine it really runs on.

import { readFileSync } from "node:fs";
import { endianness, release } from "node:os";
import { errorCode, errorMessage } from "./io.js";
import { dependencyVersion } from "./versions.js";
import { encodeInsns } from "../bpf/isa.js";
import { ProgType } from "../bpf/program-kinds.js";

/** A file's bytes, or the error's code ("ENOENT"). */
export type FileResult = { readonly bytes: Uint8Array } | { readonly error: string };

/** Whether something works, with its version or why it does not. */
export type Availability = { readonly version: string } | { readonly error: string };

/** What loading the smallest program gave: it works, or the errno's name and number, or no way to try. */
export type ProbeResult =
  | { readonly kind: "loaded" }
  | { readonly kind: "errno"; readonly errno: number }
  | { readonly kind: "unavailable"; readonly reason: string };

export interface DoctorSource {
  /** As Node names them: "linux", "x64", "LE". */
  readonly platform: string;
  readonly arch: string;
  readonly endianness: string;
  /** Without the leading "v". */
  readonly nodeVersion: string;
  /** uname's release: "6.1.0-13-amd64". */
  readonly kernelRelease: string;
  readFile(path: string): FileResult;
  koffi(): Promise<Availability>;
  typescript(): Availability;
  /** Asks the kernel to load `r0 = 0; exit`. */
  probe(): Promise<ProbeResult>;
}

export const machine: DoctorSource = {
  platform: process.platform,
  arch: process.arch,
  endianness: endianness(),
  nodeVersion: process.versions.node,
  kernelRelease: release(),
  readFile(path) {
    try {
      return { bytes: readFileSync(path) };
    } catch (error) {
      return { error: errorCode(error) ?? errorMessage(error) };
    }
  },
  async koffi() {
    try {
      const { default: koffi } = await import("koffi");
      return { version: koffi.version };
    } catch (error) {
      return { error: errorMessage(error) };
    }
  },
  typescript() {
    const version = dependencyVersion("typescript");
    return version === undefined ? { error: "not installed" } : { version };
  },
  probe: probeKernel,
};

async function probeKernel(): Promise<ProbeResult> {
  const { openKernel, unsupportedPlatform } = await import("../sys/linux.js");
  const unsupported = unsupportedPlatform();
  if (unsupported !== undefined) return { kind: "unavailable", reason: unsupported };
  try {
    const kernel = openKernel();
    const fd = kernel.progLoad({
      type: ProgType.RAW_TRACEPOINT,
      expectedAttachType: 0,
      flags: 0,
      attachBtfId: 0,
      insns: encodeInsns([
        { opcode: 0xb7, dst: 0, src: 0, offset: 0, imm: 0 },
        { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 },
      ]),
      license: "GPL",
      name: "tsbpf_doctor",
      debug: undefined,
      log: undefined,
      logLevel: 0,
    });
    if (fd < 0) return { kind: "errno", errno: -fd };
    kernel.close(fd);
    return { kind: "loaded" };
  } catch (error) {
    return { kind: "unavailable", reason: errorMessage(error) };
  }
}
