// Names that people bring along from JavaScript, C and libbpf, and what to write for each in a BPF program. Data only:
// type-errors.ts looks here when TypeScript does not know a name.

const time = "`bpfKtimeGetNs()` is the time since boot in nanoseconds, a u64";
const print = "bpfPrintk(`pid ${pid}`) writes to the kernel's trace pipe; data goes to user space in events";
const map = "declare a map at the top of the module: `const counts = hashMap(u32, u64, { maxEntries: 1024 })`";
const convert = "convert with a sized type: `u32(x)`, `u64(x)`";
const later = "a program runs to its end at once: send an event, and let user space wait";
const text = "text stays in `chars(16)`; user space gets it as a string";
const memory = "declare a struct or a field: `struct({ data: bytes(64) })`";
const copy = "assign the struct or the field: it is copied";
const json = "send the struct as an event: user space gets it as an object";
const failure = "return early: a program has no exceptions";
const flags = "the methods of maps know it: `counts.set(key, value)`; helpers take plain bigints";
const sized = "name a sized type: u8, u16, u32, u64, i8 … i64";
const core = "declare a view, and read the property: `bpfGetCurrentTask<bpfCoreTaskStruct>().pid`";
const registers = "`ctx.args[0]` of a kprobe, `ctx.result` of a kretprobe";
const user = "this belongs to the user half";
const pidTgid = "`bpfGetCurrentPidTgid()` holds both: `u32(id >> 32n)` is the process, `u32(id)` the thread";
const uidGid = "`bpfGetCurrentUidGid()` holds both: `u32(id)` is the user, `u32(id >> 32n)` the group";
const stacks =
  "declare `const stacks = stackTrace({ maxEntries: 1024 })`; `stacks.capture(ctx)` gives the stack's number";
const counting = "count in a map: `counts.ref(key)?.add(1n)`; user space reads it";
const histogram =
  "count in an `arrayMap(u64, { maxEntries: 64 })` by the value's logarithm: `slots.ref(slot)?.add(1n)`";
const forLoop = "`for (let i = 0; i < 64; i++)`, or `for (const i of range(64))`";
const errno = "write the number, below zero: `return -1` is EPERM";
const kernelConstant = "headers of C are not there: write the number, as a `const` at the top of the module";

/** Names that are not there at all; "Date.now" before "Date". */
export const foreignNames: ReadonlyMap<string, string> = new Map([
  // JavaScript
  ["console", print],
  ["Map", map],
  ["Set", map],
  ["WeakMap", map],
  ["WeakSet", map],
  ["Date", time],
  ["performance", time],
  ["JSON", json],
  ["Number", convert],
  ["Number.MAX_SAFE_INTEGER", "`2 ** 53 - 1`"],
  ["Number.MIN_SAFE_INTEGER", "`-(2 ** 53 - 1)`"],
  ["Number.EPSILON", "every number is an integer here"],
  ["Number.isInteger", "every number is an integer here"],
  ["Number.isSafeInteger", "every number is exact here: what may not be is a diagnostic"],
  ["Number.parseInt", "text is taken apart in user space"],
  ["Number.parseFloat", "text is taken apart in user space"],
  ["BigInt", convert],
  ["Boolean", "compare: `x !== 0`"],
  ["String", text],
  ["parseInt", convert],
  ["parseFloat", "there are no fractions in the kernel: scale the value, for example count thousandths"],
  ["isNaN", "every number is an integer here"],
  ["isFinite", "every number is an integer here"],
  ["NaN", "every number is an integer here"],
  ["Infinity", "use the largest value of the type: `0xffffffff`"],
  ["Array", "declare a field: `struct({ list: array(u32, 8) })`"],
  ["Object", "name the fields one by one"],
  ["Buffer", memory],
  ["ArrayBuffer", memory],
  ["DataView", memory],
  ["Uint8Array", memory],
  ["Error", failure],
  ["Intl", text],
  ["process", "`bpfGetCurrentPidTgid()` holds thread and process, `bpfGetCurrentComm(event.comm)` gives the name"],
  ["require", 'write `import { … } from "…"`'],
  ["module", "write `export const …`"],
  ["exports", "write `export const …`"],
  ["window", user],
  ["document", user],
  ["globalThis", user],
  ["fetch", user],
  ["structuredClone", copy],
  ["setTimeout", later],
  ["setInterval", later],
  ["setImmediate", later],
  ["queueMicrotask", later],
  ["Atomics", "`map.ref(key)?.add(1n)` and the other methods of references change a value in one step"],
  ["arguments", "name each parameter"],
  ["eval", "there is no such thing in the kernel"],
  ["any", "give it a sized type such as u32"],
  ["number", sized],
  ["bigint", "name a sized type: u64 or i64"],
  ["boolean", "the schema is `bool`"],
  ["string", "the schema is `chars(16)`, text with room for 16 bytes"],
  // C and libbpf
  ["printf", print],
  ["printk", print],
  ["bpf_printk", print],
  ["bpf_trace_printk", print],
  ["SEC", 'export a program: `export const onExec = rawTracepoint("sched_process_exec", (ctx) => { … })`'],
  ["memcpy", copy],
  ["__builtin_memcpy", copy],
  ["memset", "a new struct is all zeros: `Event()`"],
  ["__builtin_memset", "a new struct is all zeros: `Event()`"],
  ["memcmp", "`text.equals(other)` compares text; compare other bytes one by one"],
  ["strcmp", '`event.comm.equals("bash")`'],
  ["strncmp", '`event.comm.startsWith("ba")`'],
  ["strlen", "the helpers that read text give its length: `bpfProbeReadKernelStr(buffer, address)`"],
  ["sizeof", "helpers take the size from the memory itself; `bpfCoreTypeSize<T>()` is that of a kernel type"],
  ["container_of", "`bpfCoreCast<T>(bpfCoreAddressOf(member) - offset)`"],
  ["BPF_CORE_READ", core],
  ["bpf_core_read", core],
  ["BPF_PROBE_READ", core],
  ["bpf_core_field_exists", "`bpfCoreFieldExists(task.pid)`"],
  ["bpf_core_type_exists", "`bpfCoreTypeExists<T>()`"],
  ["bpf_core_enum_value", '`bpfCoreEnumValue<E>("NAME")`'],
  ["bpf_map_lookup_elem", "`counts.get(key)`"],
  ["bpf_map_update_elem", "`counts.set(key, value)`"],
  ["bpf_map_delete_elem", "`counts.delete(key)`"],
  ["bpf_ringbuf_reserve", "`using record = events.reserve();`"],
  ["bpf_ringbuf_submit", "`record.submit()`"],
  ["bpf_ringbuf_output", "`events.output(event)`"],
  ["bpf_perf_event_output", "`events.output(ctx, event)`"],
  ["bpf_tail_call", "`programs.tailCall(ctx, index)`"],
  ["bpf_get_stackid", "`stacks.capture(ctx)`"],
  ["bpf_for_each_map_elem", "`map.forEach((value, key) => { … })`"],
  ["bpf_htons", "`htons(x)`"],
  ["bpf_ntohs", "`ntohs(x)`"],
  ["bpf_htonl", "`htonl(x)`"],
  ["bpf_ntohl", "`ntohl(x)`"],
  ["__sync_fetch_and_add", "`map.ref(key)?.add(1n)`"],
  ["BPF_ANY", flags],
  ["BPF_NOEXIST", flags],
  ["BPF_EXIST", flags],
  ["BPF_F_CURRENT_CPU", "`events.output(ctx, event)` takes the ring of this CPU"],
  ["pt_regs", registers],
  ["NULL", "`undefined`, or `if (x) { … }`"],
  ["nullptr", "`undefined`, or `if (x) { … }`"],
  ["TASK_COMM_LEN", "write the number: `chars(16)`"],
  ["char", "`chars(16)` is text, `i8` or `u8` one byte"],
  ["int", "`i32`"],
  ["uint", "`u32`"],
  ["long", "`i64`"],
  ["short", "`i16`"],
  ["unsigned", "`u32`"],
  ["float", "there are no fractions in the kernel: scale the value, for example count thousandths"],
  ["double", "there are no fractions in the kernel: scale the value, for example count thousandths"],
  ["void", "a function that returns nothing: `(): void => …`"],
  ["bpf_for", forLoop],
  ["bpf_repeat", forLoop],
  ["INT_MAX", "`0x7fffffff`"],
  ["INT_MIN", "`-0x80000000`"],
  ["UINT_MAX", "`0xffffffff`"],
  ["s8", "`i8`"],
  ["s16", "`i16`"],
  ["s32", "`i32`"],
  ["s64", "`i64`"],
  ["ulong", "`u64`"],
  ["size_t", "`u64`"],
  ["ssize_t", "`i64`"],
  ["pid_t", "`i32`"],
  // Programs and maps that other tools have
  ["uprobe", "there are no user probes yet: rawTracepoint, tpBtf, tracepoint, kprobe, fentry and others are there"],
  ["uretprobe", "there are no user probes yet: rawTracepoint, tpBtf, tracepoint, kprobe, fentry and others are there"],
  ["bloomFilter", "there are hashMap, lruHashMap, lpmTrie, arrayMap, queue, stack and others"],
  ["ringbuf", "`ringBuffer(Event, { bytes: 4096 })`"],
  ["RingBuf", "`ringBuffer(Event, { bytes: 4096 })`"],
]);

/** What bpftrace knows by itself. Variables have these names too: what TypeScript takes them for comes first. */
export const bpftraceNames: ReadonlyMap<string, string> = new Map([
  ["pid", pidTgid],
  ["tid", pidTgid],
  ["uid", uidGid],
  ["gid", uidGid],
  ["comm", "`bpfGetCurrentComm(event.comm)` fills a `chars(16)`"],
  ["nsecs", time],
  ["elapsed", time],
  ["cpu", "`bpfGetSmpProcessorId()`"],
  ["curtask", "`bpfGetCurrentTask<bpfCoreTaskStruct>()`, with the members that you need declared in the interface"],
  ["cgroup", "`bpfGetCurrentCgroupId()`"],
  ["rand", "`bpfGetPrandomU32()`"],
  ["retval", "`ctx.result` of a kretprobe or fexit"],
  ["kstack", stacks],
  ["ustack", stacks],
  ["str", "`bpfProbeReadUserStr(event.name, pointer)` and `bpfProbeReadKernelStr` copy text into a `chars(64)`"],
  ["hist", histogram],
  ["lhist", histogram],
  ["count", counting],
  ["sum", counting],
  ["avg", counting],
]);

/** Patterns of such names: `$1` stands for the first group. */
export const foreignPatterns: readonly (readonly [RegExp, string])[] = [
  [/^PT_REGS_/, registers],
  [/^BPF_KPROBE$|^BPF_KRETPROBE$/, registers],
  [/^(?:__)?uint(8|16|32|64)(?:_t)?$/, "`u$1`"],
  [/^(?:__)?int(8|16|32|64)(?:_t)?$/, "`i$1`"],
  [/^UINT(8|16|32)_MAX$|^U(8|16|32)_MAX$/, "write the number: `2 ** 32 - 1`, or `2n ** 64n - 1n` for 64 bits"],
  [/^U?(?:INT|LONG|LLONG|U|S)(?:8|16|32|64)?_(?:MAX|MIN)$/, "write the number: `2n ** 64n - 1n`, `2n ** 63n - 1n`"],
  [/^arg(\d)$/, "`ctx.args[$1]`"],
  [/^XDP_(ABORTED|DROP|PASS|TX|REDIRECT)$/, '`XdpAction.$1`, from "tsbpf"'],
  [/^TC_ACT_(UNSPEC|OK|SHOT|REDIRECT)$/, '`TcAction.$1`, from "tsbpf"'],
  [/^TC_ACT_/, "TcAction has what means the same wherever it is attached: UNSPEC, OK, SHOT, REDIRECT"],
  [/^E(?:PERM|NOENT|INTR|IO|AGAIN|NOMEM|ACCES|FAULT|BUSY|EXIST|INVAL|NOSYS|OPNOTSUPP|NOTSUPP)$/, errno],
  [/^(?:AF|PF|SOCK|IPPROTO|ETH|O|S|TASK|SIG|PROT|MAP|CLONE|TCP)_[A-Z0-9_]+$|^SIG[A-Z0-9]+$/, kernelConstant],
  [/^[us]?(?:128|size_t)$/, "the largest integers are u64 and i64"],
  [/^[ui](?:\d+)$/, "there are u8, u16, u32, u64, i8, i16, i32 and i64"],
  [/^__u(8|16|32|64)$/, "`u$1`"],
  [/^__s(8|16|32|64)$/, "`i$1`"],
];
