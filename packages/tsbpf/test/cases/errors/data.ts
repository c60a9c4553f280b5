// Constants, global variables and references.
import {
  array, bool, bpfGetCurrentComm, bytes, chars, constant, global, rawTracepoint, ref, struct, u16, u32, u64, u8,
} from "tsbpf";

const Pair = struct({ a: u32, b: u16, name: chars(4) });
const limit = constant(u32, 5);
const pair = constant(Pair, { a: 1 });
const text = constant(chars(8), "abc");
const list = constant(array(u32, 4), [1, 2]);
const small = global(u8);
const flag = global(bool);
const counts = global(array(u64, 4));
const state = global(Pair);
const tooLong = constant(chars(4), "abcd"); //~ TSB3004
const tooBig = constant(u8, 256); //~ TSB2008
const negative = global(u32, -1); //~ TSB2008
const tooMany = global(array(u8, 2), [1, 2, 3]); //~ TSB6002
const large = global(bytes(5000000)); //~ TSB6002
const unknown = global(u32, flag.value ? 1 : 2); //~ TSB6003
const pairs = [constant(u32, 4)]; //~ TSB7005
const $name = global(u32); //~ TSB7007

export const writes = rawTracepoint("sched_process_exec", (ctx) => {
  pair.value.a = 3; //~ TSB3006
  list.value[1] = 3; //~ TSB3006
  text.value[0]++; //~ TSB3006
  const name = pair.value;
  name.b = 4; //~ TSB3006
  bpfGetCurrentComm(text.value); //~ TSB3006
  ref(pair.value, "a").value = 2; //~ TSB3006
  const inside = global(u32); //~ TSB7005
});

export const atomics = rawTracepoint("sched_process_exec", (ctx) => {
  small.add(1); //~ TSB6006
  flag.exchange(true); //~ TSB6006
  ref(state.value, "b").fetchAdd(1); //~ TSB6006
  const name = ref(state.value, "name"); //~ TSB1003
  const cell = ref(counts.value, u32(ctx.args[0])); //~ TSB1003
  const outside = ref(counts.value, 4); //~ TSB3003
  const a = ref(state.value, "a");
  let other = ref(state.value, "a");
  other = a; //~ TSB3002
});
