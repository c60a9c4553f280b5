// Imported by functions.ts: constants, records, schemas and functions of another module.
import { struct, u32, u8, type Value } from "tsbpf";
import { deeper } from "./module-deeper.js";

export const Part = struct({ id: u32, level: u8 });
export const limit = 1 << 10;
export const mask = 0xffn << 8n;
export const isVerbose = limit > 1000 && mask !== 0n;
export const Color = { Red: 1, Green: { light: 20, dark: isVerbose ? 21 : 22 } } as const;

export function level(part: Value<typeof Part>, by: number): number {
  part.level += by;
  return part.level;
}

export const twice = (x: number): number => x * 2 + deeper(x);

export const sized = u8(300);
export const bigger = sized + 1;
