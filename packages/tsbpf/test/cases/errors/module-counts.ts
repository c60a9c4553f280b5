// Imported by duplicate.ts.
import { hashMap, u32 } from "tsbpf";

export const counts = hashMap(u32, u32, { maxEntries: 4 }); //~ TSB6004
