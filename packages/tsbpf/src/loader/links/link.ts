// An attachment: what keeps the program attached is given back, and so it is detached.

import type { Link } from "../types.js";

/** What an attachment holds. */
export interface Attachment {
  /** The descriptor that stands for it; -1 where the kernel has none (a classifier, a socket's filter). */
  readonly fd: number;
  detach(): void;
}

/** `onClose` runs once, after it is detached. */
export function createLink(attachment: Attachment, onClose: (link: Link) => void): Link {
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    attachment.detach();
    onClose(link);
  };
  const link: Link = {
    fd: attachment.fd,
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: async () => close(),
  };
  return link;
}

/** Closing the descriptor detaches it. */
export function heldBy(kernel: { close(fd: number): number }, fd: number): Attachment {
  return { fd, detach: () => void kernel.close(fd) };
}
