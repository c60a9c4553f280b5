// What once had a text that led astray, found where the compiler looks itself.
import { bpfPrintk, bytes, chars, kprobe, rawTracepoint, struct, u32 } from "tsbpf";

const Event = struct({ pid: u32, comm: chars(16) });
const Huge = struct({ data: bytes(5000000000) }); //~ TSB6002
const key = "abc";
const Computed = struct({ [key]: u32 }); //~ TSB1001
enum Kind { A, B = 5 } //~ TSB1001

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  const same = event.comm === event.comm; //~ TSB1002
  if (event.comm !== event.comm) return 1; //~ TSB1002
  bpfPrintk(`a\0b ${ctx.args[0]}`); //~ TSB1003
  later = 5;
  var later: u32; //~ TSB1001
  const huge = Huge();
  return Kind.B + later + key.length;
});

export const q = kprobe("vfs_read", (ctx) => u32(ctx.args[6])); //~ TSB3003
