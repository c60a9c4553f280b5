// Licences as the kernel reads them: a text that comes with each program.

import { encodeText } from "../util/bytes.js";

/** license_is_gpl_compatible, include/linux/license.h: the kernel compares whole texts. */
export const gplCompatibleLicenses: readonly string[] = [
  "GPL",
  "GPL v2",
  "GPL and additional rights",
  "Dual BSD/GPL",
  "Dual MIT/GPL",
  "Dual MPL/GPL",
];

/** bpf_prog_load, kernel/bpf/syscall.c, has 128 bytes with the NUL, and cuts off what is longer. */
export const maxLicenseBytes = 127;

/** The kernel can have this text, whole. */
export function isLicense(text: string): boolean {
  const { length } = encodeText(text);
  return length > 0 && length <= maxLicenseBytes && !text.includes("\0");
}
