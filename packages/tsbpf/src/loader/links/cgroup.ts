// Attaches to control groups (BPF_LINK_CREATE, Linux 5.7) and to single sockets (SO_ATTACH_BPF, Linux 3.19).

import type { Kernel } from "../../sys/kernel.js";
import { Errno } from "../../sys/errno.js";
import { LoaderError, NotSupportedError, systemError } from "../errors.js";
import { kernelRelease, permissionError, releaseAtLeast } from "../features.js";
import type { OpenProgram } from "../loaded-program.js";
import type { AttachOptions } from "../types.js";
import { heldBy, type Attachment } from "./link.js";

export function attachToCgroup(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const { cgroup } = options;
  if (cgroup === undefined) {
    throw new LoaderError(
      "ERR_ATTACH",
      `attach program "${program.name}": ${program.kind.name} programs need a control group: ` +
        'attach({ cgroup: "/sys/fs/cgroup" })',
    );
  }
  const doing = `attach program "${program.name}" to cgroup ${cgroup}`;
  const folder = kernel.openFolder(cgroup);
  if (folder < 0) {
    throw systemError("ERR_ATTACH", doing, folder, "the path is that of a folder of a cgroup2 file system");
  }
  try {
    const attachType = program.kind.expectedAttachType;
    const fd = kernel.linkCreate({ progFd: program.fd, target: folder, attachType, flags: 0 });
    if (fd >= 0) return heldBy(kernel, fd);
    throw cgroupError(kernel, doing, fd);
  } finally {
    kernel.close(folder);
  }
}

function cgroupError(kernel: Kernel, doing: string, status: number): LoaderError {
  if (status === -Errno.EPERM || status === -Errno.EACCES) return permissionError(kernel, doing, status);
  const release = kernelRelease(kernel);
  if (!releaseAtLeast(release, "5.7")) {
    const text = `${doing}: links to control groups need Linux 5.7, and this is ${release.text}`;
    return new NotSupportedError(text, "links to control groups", "5.7", { errno: status });
  }
  const hint = status === -Errno.EBADF ? "it is no folder of a cgroup2 file system" : undefined;
  return systemError("ERR_ATTACH", doing, status, hint);
}

/** include/uapi/asm-generic/socket.h */
const SO_DETACH_BPF = 27;
const SO_ATTACH_BPF = 50;

export function attachToSocket(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const { socket } = options;
  if (socket === undefined) {
    throw new LoaderError(
      "ERR_ATTACH",
      `attach program "${program.name}": socket filters need a socket's descriptor: attach({ socket: fd })`,
    );
  }
  const doing = `attach program "${program.name}" to socket ${socket}`;
  const status = kernel.socketOption(socket, SO_ATTACH_BPF, program.fd);
  if (status === -Errno.EPERM) throw permissionError(kernel, doing, status);
  if (status < 0) throw systemError("ERR_ATTACH", doing, status);
  return { fd: -1, detach: () => void kernel.socketOption(socket, SO_DETACH_BPF, 0) };
}
