import { u32 } from "tsbpf"; //~ TSB7002

export const limit = u32(5);
