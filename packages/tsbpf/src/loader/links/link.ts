// An attachment held by a file descriptor: closing the descriptor detaches the program.

import type { Kernel } from "../../sys/kernel.js";
import type { Link } from "../types.js";

/** `onClose` runs once, after the descriptor is closed. */
export function createLink(kernel: Pick<Kernel, "close">, fd: number, onClose: (link: Link) => void): Link {
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    kernel.close(fd);
    onClose(link);
  };
  const link: Link = {
    fd,
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
  return link;
}
