// What is missing in the output, by cause. Every loss is told once where it happened, and summed up at the end.

import { formatLostText, type LostRecord } from "./format.js";

export interface Ledger {
  add(record: LostRecord): void;
  /** One line, or nothing when nothing was lost. */
  summary(): string;
}

export function createLedger(): Ledger {
  const byCpu = new Map<number | undefined, number>();
  return {
    add({ cpu, count }) {
      byCpu.set(cpu, (byCpu.get(cpu) ?? 0) + count);
    },
    summary() {
      const entries = [...byCpu].map(([cpu, count]) => ({ cpu, count }));
      const total = entries.reduce((sum, { count }) => sum + count, 0);
      if (total === 0) return "";
      return `lost in all: ${total}\n${entries.map((entry) => `  ${formatLostText(entry)}`).join("")}`;
    },
  };
}
