// Attaches to network interfaces: xdp and tcx through links, and where there is no tcx (before Linux 6.6) as a
// classifier of the clsact queueing discipline, through netlink.

import type { Kernel } from "../../sys/kernel.js";
import { AttachType } from "../../bpf/program-kinds.js";
import { Errno } from "../../sys/errno.js";
import { packClsact, packFilter, packFilterRemoval, unpackFilter, type FilterPlace } from "../../sys/netlink.js";
import { decodeText } from "../../util/bytes.js";
import { LoaderError, NotSupportedError, systemError } from "../errors.js";
import { didYouMean } from "../../util/did-you-mean.js";
import { kernelRelease, permissionError, releaseAtLeast } from "../features.js";
import type { OpenProgram } from "../loaded-program.js";
import type { AttachOptions } from "../types.js";
import { heldBy, type Attachment } from "./link.js";

export function attachXdp(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const target = interfaceIndex(kernel, program, options);
  const doing = `attach program "${program.name}" to interface ${JSON.stringify(options.interface)}`;
  const modes = { generic: 2, driver: 4 };
  const flags = options.mode === undefined ? 0 : modes[options.mode];
  const fd = kernel.linkCreate({ progFd: program.fd, target, attachType: AttachType.XDP, flags });
  if (fd >= 0) return heldBy(kernel, fd);
  const release = kernelRelease(kernel);
  if (!releaseAtLeast(release, "5.9")) {
    const text = `${doing}: links of xdp programs need Linux 5.9, and this is ${release.text}`;
    throw new NotSupportedError(text, "links of xdp programs", "5.9", { errno: fd });
  }
  const hint = fd === -Errno.EBUSY ? "there is an xdp program on this interface already" : undefined;
  throw failure(kernel, doing, fd, hint);
}

export function attachClassifier(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const target = interfaceIndex(kernel, program, options);
  const doing = `attach program "${program.name}" to interface ${JSON.stringify(options.interface)}`;
  const attachType = program.kind.expectedAttachType;
  if (attachType !== AttachType.TCX_INGRESS && attachType !== AttachType.TCX_EGRESS) {
    const text = `${doing}: its section says neither tcx/ingress nor tcx/egress`;
    throw new NotSupportedError(text, `attaching ${program.kind.name} programs`, undefined);
  }
  if (releaseAtLeast(kernelRelease(kernel), "6.6")) {
    const fd = kernel.linkCreate({ progFd: program.fd, target, attachType, flags: 0 });
    if (fd >= 0) return heldBy(kernel, fd);
    // Built without CONFIG_NET_XGRESS.
    if (fd !== -Errno.EINVAL && fd !== -Errno.EOPNOTSUPP) throw failure(kernel, doing, fd);
  }
  const direction = attachType === AttachType.TCX_INGRESS ? "ingress" : "egress";
  return attachFilter(kernel, program, doing, { interfaceIndex: target, direction, handle: 0, priority: 0 });
}

const noClassifiers = "clsact cannot be added: the kernel's modules sch_ingress and cls_bpf are needed";

/** The queueing discipline stays: others may use it by then. The filter does not end with this process. */
function attachFilter(kernel: Kernel, program: OpenProgram, doing: string, wanted: FilterPlace): Attachment {
  const discipline = kernel.netlink(packClsact(wanted.interfaceIndex)).status;
  if (discipline < 0 && discipline !== -Errno.EEXIST) throw failure(kernel, doing, discipline, noClassifiers);
  const { status, messages } = kernel.netlink(packFilter(wanted, program.fd, program.name));
  if (status < 0) throw failure(kernel, doing, status);
  const place = { ...wanted, ...unpackFilter(messages) };
  return { fd: -1, detach: () => void kernel.netlink(packFilterRemoval(place)) };
}

function failure(kernel: Kernel, doing: string, status: number, hint?: string): LoaderError {
  const isRefusal = status === -Errno.EPERM || status === -Errno.EACCES;
  return isRefusal ? permissionError(kernel, doing, status) : systemError("ERR_ATTACH", doing, status, hint);
}

function interfaceIndex(kernel: Kernel, program: OpenProgram, options: AttachOptions): number {
  const wanted = options.interface;
  const doing = `attach program "${program.name}"`;
  if (wanted === undefined) {
    const text = `${doing}: ${program.kind.name} programs need an interface: attach({ interface: "eth0" })`;
    throw new LoaderError("ERR_ATTACH", text);
  }
  if (typeof wanted === "number") return wanted;
  const index = /^[^/]+$/.test(wanted) ? kernel.readFile(`/sys/class/net/${wanted}/ifindex`) : undefined;
  if (index) return Number(decodeText(index));
  const listed = kernel.readFile("/proc/net/dev");
  const names = listed ? Array.from(decodeText(listed).matchAll(/^\s*(\S+):/gm), (match) => match[1] ?? "") : [];
  const near = didYouMean(wanted, names);
  const hint = near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
  throw new LoaderError("ERR_ATTACH", `${doing}: there is no interface "${wanted}" (${hint})`);
}
