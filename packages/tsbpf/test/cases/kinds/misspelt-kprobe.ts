// A function that no kernel has.
import { kprobe } from "tsbpf";

export const onRead = kprobe("vfs_reed", () => 0);
