// What people bring along from JavaScript: each has its cure.
import { bpfGetCurrentComm, bpfKtimeGetNs, bpfPrintk, chars, array, hashMap, ringBuffer, perfEventArray, rawTracepoint, struct, u32, u64, xdp } from "tsbpf";
import { readFileSync } from "node:fs"; //~ TSB1004
import { limit } from "./nowhere.js"; //~ TS2307
import { hashMapp } from "tsbpf"; //~ TS2724

const Event = struct({ pid: u32, comm: chars(16), list: array(u32, 4) });
export const events = perfEventArray(Event);
export const counts = hashMap(u32, u64, { maxEntires: 8 }); //~ TS2561
export const ring = ringBuffer(Event, { size: 4096 }); //~ TS2353
export const table = hashMap(u32, u64); //~ TS2554
export const wrong = hashMap(number, u64, { maxEntries: 1 }); //~ TSB1004
const Other = struct({ name: string }); //~ TSB1004

export const globals = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  const x = u32(ctx.args[0]);
  console.log(x); //~ TSB1004
  const cache = new Map(); //~ TSB1004
  const now = Date.now(); //~ TSB1004
  const later = performance.now(); //~ TSB1004
  const text = JSON.stringify(event); //~ TSB1004
  const pid = process.pid; //~ TSB1004
  const parsed = parseInt("5"); //~ TSB1004
  const big = BigInt(x); //~ TSB1004
  const plain = Number(ctx.args[0]); //~ TSB1004
  const shown = String(x); //~ TSB1004
  const keys = Object.keys(event); //~ TSB1004
  const bytes = new Uint8Array(4); //~ TSB1004
  setTimeout(() => {}, 10); //~ TSB1004
  fetch("https://example.com"); //~ TSB1004
  throw new Error("no"); //~ TSB1004
});

export const methods = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  const x = u32(ctx.args[0]);
  const random = Math.random(); //~ TSB3007
  const floor = Math.floor(x / 2); //~ TSB3007
  const absolute = Math.abs(x); //~ TSB3007
  const least = Math.min(x, 1, 2); //~ TS2554
  const at = event.comm.indexOf("a"); //~ TSB3007
  const part = event.comm.slice(0, 3); //~ TSB3007
  if (event.comm === "bash") return 1; //~ TSB1002
  if ("bash" != event.comm) return 1; //~ TSB1002
  event.comm = "ls"; //~ TS2322
  event.list.push(1); //~ TSB3007
  event.list.forEach((value) => value); //~ TSB3007
  const mapped = event.list.map((value) => value + 1); //~ TSB3007
  const fixed = x.toFixed(2); //~ TSB3007
  const found = /a/.test("a"); //~ TSB1001
  delete event.pid; //~ TSB1001
  counts.keys(); //~ TSB6001
  for (const [key, value] of counts) return; //~ TSB1001
  counts.gett(1); //~ TSB6001
  counts.update(1, 2n); //~ TSB6001
  counts.get(1) + 1n; //~ TS2532
  events.output(event); //~ TS2554
  events.send(event); //~ TSB6001
  ring.output({ pid: 1 }); //~ TS2345
});

export const values = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  event.pdi = 1; //~ TSB3007
  event.pid = ctx.args[0]; //~ TS2322
  const sum = ctx.args[0] + 1; //~ TS2365
  const shifted = ctx.args[0] >>> 1n; //~ TS2365
  const micros = bpfKtimeGetNs() / 1000; //~ TS2365
  const register = ctx.arg; //~ TSB3007
  const name = bpfGetCurrentComm(event.comm, 16); //~ TS2554
  const printed = bpfPrintk`pid ${event.pid}`; //~ TSB1001
  await 1; //~ TSB1001
});

export const text = rawTracepoint("sched_process_exec", () => "done"); //~ TS2322
export const soon = rawTracepoint("sched_process_exec", async () => {}); //~ TSB1001
export const dropped = xdp(() => 5); //~ TS2322
