// A function that no kernel has.
import { fentry } from "tsbpf";

export const onRead = fentry("vfs_reed", () => undefined);
