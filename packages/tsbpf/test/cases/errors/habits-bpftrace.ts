// What people bring along from bpftrace, and constants and types of C's headers.
import { bool, chars, rawTracepoint, struct, u32 } from "tsbpf";

const Event = struct({ pid: u32, name: chars(16) });

function types(a: uint32_t, b: int64_t, c: s32, d: size_t, e: long, f: pid_t): void {} //~ TSB1004
function schemas(a: bool, b: chars, c: Event): void {} //~ TS2749

export const builtins = rawTracepoint("sched_process_exec", (ctx): void => {
  const one = pid; //~ TSB1004
  const two = comm; //~ TSB1004
  const three = [nsecs, cpu, curtask, uid, arg0, retval]; //~ TSB1004
  hist(str(kstack)); //~ TSB1004
  bpf_for(0); //~ TSB1004
  const four = [XDP_DROP, TC_ACT_OK, TC_ACT_PIPE, EPERM, AF_INET, ETH_P_IP, UINT32_MAX, INT_MAX, LLONG_MAX]; //~ TSB1004
});
