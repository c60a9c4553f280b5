// Every diagnostic of the language: a fixed code, the text, and the cure. `{name}` is filled in at the place.
// Codes are never reused: 1xxx syntax, 2xxx numbers, 3xxx types and values, 4xxx control flow, 5xxx calls and
// helpers, 6xxx maps and records, 7xxx programs and modules, 8xxx kernel memory, 9xxx the target's limits.

export interface Message {
  readonly code: string;
  readonly text: string;
  readonly cure: string;
}

export const messages = {
  unsupportedSyntax: {
    code: "TSB1001",
    text: "{what} is not part of the language of BPF programs",
    cure: "{instead}",
  },
  unsupportedOperator: {
    code: "TSB1002",
    text: "The operator '{operator}' cannot be used on {left} and {right}",
    cure: "{instead}",
  },
  notAValue: {
    code: "TSB1003",
    text: "{what} cannot be used as a value here",
    cure: "{instead}",
  },

  foreignName: {
    code: "TSB1004",
    text: "There is no '{name}' in a BPF program",
    cure: "{instead}",
  },

  nestsTooDeeply: {
    code: "TSB1005",
    text: "The source nests too deeply for the compiler",
    cure: "name parts of an expression with `const`, leave early instead of an `if` in an `if`, call less deeply",
  },

  fraction: {
    code: "TSB2001",
    text: "{literal} is not an integer; programs in the kernel have no floating point",
    cure: "scale the value, for example count thousandths",
  },
  unsafeInteger: {
    code: "TSB2002",
    text: "This number can go beyond 2^53, where JavaScript's numbers are no longer exact",
    cure: "compute in 64 bits: `u64(a) * u64(b)`, or keep 32 bits with `Math.imul(a, b)`",
  },
  looseQuotient: {
    code: "TSB2003",
    text: "The result of '{operator}' may not be an integer",
    cure: "convert it at once: `u32({source})`, `i32({source})` or `Math.trunc({source})`",
  },
  mixedSigns: {
    code: "TSB2004",
    text: "A u64 and an i64 meet in '{operator}'",
    cure: "convert one of them: `i64(x)` or `u64(x)`",
  },
  untypedBigint: {
    code: "TSB2005",
    text: "A variable of type 'bigint' has no sign",
    cure: "give it one: `let {name}: u64 = …` or `let {name}: i64 = …`",
  },
  unsignedBelowZero: {
    code: "TSB2006",
    text: "A u64 is never below zero: this difference wraps around instead",
    cure: "compare as signed: `i64({source})`, or compare the two sides with each other",
  },
  bigLiteral: {
    code: "TSB2007",
    text: "{literal} does not fit in 64 bits",
    cure: "64 bits hold -(2n ** 63n) up to 2n ** 64n - 1n",
  },
  constantRange: {
    code: "TSB2008",
    text: "{value} does not fit in {type}: it would become {wrapped}",
    cure: "write `{type}({value})` if that is meant",
  },
  bigShift: {
    code: "TSB2009",
    text: "A 64-bit value cannot be shifted by {count}",
    cure: "a shift count is a bigint from 0n to 63n",
  },

  unsafeLiteral: {
    code: "TSB2010",
    text: "{literal} is beyond 2^53, where JavaScript's numbers are no longer exact",
    cure: "write a bigint, which has 64 bits: `{literal}n`",
  },

  unsupportedType: {
    code: "TSB3001",
    text: "The type '{type}' has no meaning in a BPF program",
    cure: "use u8 … i64, bool, a struct, chars, bytes, array, or a bpfCore… interface",
  },
  rebindMemory: {
    code: "TSB3002",
    text: "'{name}' stands for memory and cannot be made to stand for other memory",
    cure: "declare it `const` and copy the fields, or assign to a field of another struct",
  },
  indexRange: {
    code: "TSB3003",
    text: "The index {index} is outside the array's {length} elements",
    cure: "the last index is {last}",
  },
  textTooLong: {
    code: "TSB3004",
    text: "The text takes {size} bytes with its NUL, but there is room for {room}",
    cure: "shorten it, or make the field `chars({size})`",
  },
  possiblyMissing: {
    code: "TSB3005",
    text: "This may be missing: the kernel can only follow it after a check",
    cure: "check it first: `if (x) { … }`",
  },
  readOnly: {
    code: "TSB3006",
    text: "{what} cannot be assigned to",
    cure: "{instead}",
  },
  unknownProperty: {
    code: "TSB3007",
    text: "There is no '{name}' on {what}",
    cure: "{instead}",
  },

  unboundedLoop: {
    code: "TSB4001",
    text: "Nothing shows that this loop ends, so the kernel's verifier would reject it",
    cure: "count with a variable: `for (let i = 0; i < 64; i++)`, or add `&& i < 64` to the condition",
  },
  longLoop: {
    code: "TSB4002",
    text: "This loop takes the verifier about {cost} steps; it gives up at {limit}",
    cure: "{cure}",
  },
  recursion: {
    code: "TSB4003",
    text: "'{name}' calls itself; a BPF program has no recursion",
    cure: "write it as a loop with a bound",
  },
  missingReturn: {
    code: "TSB4004",
    text: "Not every path of '{name}' returns a value",
    cure: "end it with a `return`",
  },
  disposedRecord: {
    code: "TSB4005",
    text: "This record may already have been submitted or discarded",
    cure: "fill it before `submit()`, and leave the function or the branch after it",
  },
  globalFunction: {
    code: "TSB4006",
    text: "{what} cannot be: the verifier looks at a global function by its types alone",
    cure: "{instead}",
  },
  callDepth: {
    code: "TSB4007",
    text: "This call of '{name}' makes a chain of more than eight functions, for which the verifier has no room",
    cure: "make one of the functions in between a plain one, which can be inlined",
  },
  tailCallFunction: {
    code: "TSB4008",
    text: "{what} is a function of its own, and '{program}' makes tail calls: not every kernel and machine takes both",
    cure: "write a plain function or a loop, which become part of the program",
  },
  callbackCapture: {
    code: "TSB4009",
    text: "A callback cannot use '{name}': a reserved record, or a view of a packet, belongs to one function",
    cure: "copy what is needed into variables, or make it inside the callback",
  },

  tooManySteps: {
    code: "TSB4010",
    text: "The functions that '{name}' calls, and those that they call, are more than the verifier goes through",
    cure: "keep a result instead of calling again, or make one in the middle a `globalFunction`: it is looked at once",
  },

  notCallable: {
    code: "TSB5001",
    text: "{what} cannot be called in a BPF program",
    cure: "{instead}",
  },
  helperArgument: {
    code: "TSB5002",
    text: "{helper} needs {needed} as its argument '{name}', not {got}",
    cure: "{instead}",
  },
  helperKind: {
    code: "TSB5003",
    text: "{helper} cannot be called from a {kind} program",
    cure: "it is for {kinds}",
  },
  helperUnsupported: {
    code: "TSB5004",
    text: "{helper} takes {needed}, which this version cannot make yet",
    cure: "see LANGUAGE.md for the helpers that can be called",
  },
  helperMap: {
    code: "TSB5021",
    text: "{helper} is not for '{name}', which {factory} makes",
    cure: "{instead}",
  },
  helperMethod: {
    code: "TSB5022",
    text: "{helper} is there as a method of its map, which sees to the rules that go with it",
    cure: "write `{instead}`",
  },
  helperReference: {
    code: "TSB5023",
    text: "{helper} gives an object that must be released on every way out, which this version does not follow yet",
    cure: "trace the function or the tracepoint that is given the object: `tpBtf`, `fentry`",
  },
  helperMemory: {
    code: "TSB5020",
    text: "{helper} cannot fill a part of {what}",
    cure: "let it fill a value of your own and copy that",
  },

  mapMethod: {
    code: "TSB6001",
    text: "There is no '{name}' on the map '{map}'",
    cure: "{instead}",
  },
  mapOption: {
    code: "TSB6002",
    text: "{what} must be {needed}",
    cure: "{instead}",
  },
  notConstant: {
    code: "TSB6003",
    text: "{what} must be known when the program is compiled",
    cure: "use a literal or a module-level `const`",
  },
  duplicateName: {
    code: "TSB6004",
    text: "Two {what} are called '{name}'",
    cure: "a name stands for one thing in an object: rename one of them",
  },
  notAtomic: {
    code: "TSB6006",
    text: "'{name}' needs an integer of 32 or 64 bits, and this is a {type}",
    cure: "make it a u32, i32, u64 or i64, or change it with `ref.value = …`",
  },
  newAtomic: {
    code: "TSB6007",
    text: "'{name}' is not part of CPU level {cpu}",
    cure: "compile for `--cpu v3` (Linux 5.12), or use `add`, which every level has",
  },
  tailCallRecord: {
    code: "TSB6008",
    text: "A tail call would leave a reserved record behind",
    cure: "submit or discard it first",
  },
  sleepableMap: {
    code: "TSB6011",
    text: "A {kind} program may wait, and cannot use what {factory} makes",
    cure: "it can use: {maps}",
  },
  prefixKey: {
    code: "TSB6009",
    text: "The key of a trie of prefixes must be {needed}",
    cure: "for example `struct({ prefixLength: u32, address: u32 })`, with the address in network byte order",
  },
  tailCallKind: {
    code: "TSB6010",
    text: "'{name}' holds programs like '{first}', and '{program}' is of another kind: {kind}",
    cure: "give each kind of program, and each function that one is attached to, an array of its own",
  },
  reserveWithoutUsing: {
    code: "TSB6005",
    text: "A reserved record must be held by `using`, so that every path submits or discards it",
    cure: "write `using record = events.reserve();`",
  },

  notExported: {
    code: "TSB7001",
    text: "The program '{name}' is not exported, so it would have no name in the object",
    cure: "write `export const {name} = …`",
  },
  noPrograms: {
    code: "TSB7002",
    text: "The module exports no program",
    cure: 'export one: `export const onExec = rawTracepoint("sched_process_exec", (ctx) => { … });`',
  },
  moduleState: {
    code: "TSB7003",
    text: "A variable at the top of a module does not exist in the kernel",
    cure: "use `const` for a constant, `global(u32)` or a map for what must last",
  },
  moduleStatement: {
    code: "TSB7004",
    text: "{what} at the top of a module never runs in the kernel",
    cure: "move it into a program, or into a module of the user half",
  },
  schemaPlace: {
    code: "TSB7005",
    text: "{what} belongs at the top of a module, in a `const`",
    cure: "move it out of the function",
  },
  fileNotFound: {
    code: "TSB7006",
    text: "Cannot read {file}",
    cure: "check the path: `tsbpf build bpf/program.ts`",
  },
  programTarget: {
    code: "TSB7007",
    text: "{what} is not a name the kernel can have",
    cure: "a name in the kernel has letters, digits and '_', as in \"sched_process_exec\"",
  },
  licenseText: {
    code: "TSB7008",
    text: "The licence must be a text of 1 to {limit} bytes without a NUL: the kernel reads no more of it",
    cure: '`export const license = "Dual MIT/GPL";`; without one it is "GPL"',
  },
  gplOnly: {
    code: "TSB7009",
    text: "{what} needs a licence that is compatible with the GPL, and this module's is '{license}'",
    cure: "the kernel takes these texts for it, letter by letter: {known}",
  },

  tracepointName: {
    code: "TSB7020",
    text: "{what} is not a tracepoint with its group",
    cure: 'write both, as in "sched/sched_switch"',
  },
  hookReturn: {
    code: "TSB7022",
    text: "The answer of a security hook is 0 or a negated errno, and the verifier must see that",
    cure: "return constants: `return denied ? -1 : 0` (-1 is EPERM)",
  },
  functionArguments: {
    code: "TSB7023",
    text: "The result stands behind the function's arguments, and their number is not known here",
    cure: "list them all: `(ctx: FexitContext<[u64, u64], i32>) => …`",
  },
  contextIndex: {
    code: "TSB7024",
    text: "An index into {what} must be a constant",
    cure: "write a number from 0 to {last}, or copy the array first; of a packet, make a view at that offset",
  },
  packetReach: {
    code: "TSB7026",
    text: "{size} bytes at offset {offset} are out of a program's reach; it ends at {limit}",
    cure: "an offset counts from 0, in bytes",
  },
  stalePacket: {
    code: "TSB7027",
    text: "The packet may have moved since this view was made",
    cure: "make the view again after the helper call: `ctx.packet.view(…)`",
  },
  foreignAction: {
    code: "TSB7028",
    text: "'{action}' is of another kind of program: its number means something else in one of kind {kind}",
    cure: "answer one of {record}",
  },
  kernelWrite: {
    code: "TSB8001",
    text: "Kernel memory can only be read",
    cure: "copy the value into a variable or an event",
  },
  kernelType: {
    code: "TSB8002",
    text: "'{type}' cannot be the type of a field in kernel memory",
    cure: "use a sized integer, bool, Chars, Bytes, FixedArray, BitField, Enum, a bpfCore… interface, or Ptr<…>",
  },
  kernelField: {
    code: "TSB8003",
    text: "{helper} takes a field of a bpfCore… object",
    cure: "name it: `{helper}(task.pid)`",
  },
  kernelObject: {
    code: "TSB8030",
    text: "{helper} takes an object in kernel memory",
    cure: "give it a bpfCore… object: `{helper}(task)`",
  },
  kernelIndex: {
    code: "TSB8004",
    text: "This index may be outside the array's {length} elements in kernel memory",
    cure: "bring it inside first, for example `index & {last}` for a power of two",
  },
  kernelTypeArgument: {
    code: "TSB8005",
    text: "{helper} asks about a kernel type, which stands between its angle brackets",
    cure: "name a bpfCore… interface: `{helper}<bpfCoreTaskStruct>()`",
  },
  kernelView: {
    code: "TSB8009",
    text: "{helper} gives an object in the kernel, and this is no view of a kernel type",
    cure: "declare one: `interface bpfCoreTaskStruct { readonly pid: i32 }`, and write `{helper}<bpfCoreTaskStruct>()`",
  },
  kernelEnum: {
    code: "TSB8006",
    text: "'{type}' cannot be the value of an enum",
    cure: "give each name its value as a literal type: `readonly PIDTYPE_TGID: 1`, or `1n` for an enum of 64 bits",
  },
  kernelEnumArgument: {
    code: "TSB8007",
    text: "{helper} asks about a kernel enum, which stands between its angle brackets",
    cure: 'name a bpfCoreEnum… interface: `{helper}<bpfCoreEnumPidType>("PIDTYPE_TGID")`',
  },
  userMemory: {
    code: "TSB8008",
    text: "This memory belongs to the traced process, and a program cannot read it in place",
    cure: "copy it into memory of the program: `bpfProbeReadUser(buffer, pointer)`",
  },

  frameTooLarge: {
    code: "TSB9001",
    text: "'{name}' needs {size} bytes for its values; there is room for {limit}",
    cure: "use smaller values, or keep large ones in a map",
  },
  jumpTooFar: {
    code: "TSB9002",
    text: "'{name}' is too long for the jumps of CPU level {cpu}",
    cure: "compile for a newer level with `--cpu v4`, or shorten the program",
  },
  /** A note, not an error. */
  movedToMap: {
    code: "TSB9003",
    text: "'{name}' ({size} bytes) finds no room in the 512 bytes of the stack and lies in the map '{map}' instead",
    cure: "this costs '{program}' a map lookup in every run, and {total} bytes of memory for each CPU",
  },
  kernelTooOld: {
    code: "TSB9004",
    text: "{what} needs Linux {needed}; this object must run on Linux {kernel}",
    cure: "name the oldest kernel that it must run on: `tsbpf build --kernel {needed}`",
  },
  tooManyMaps: {
    code: "TSB9005",
    text: "'{name}' uses {count} maps, and the kernel takes {limit} for a program (constants and variables lie in maps too)",
    cure: "keep several values in one map, as the fields of a struct, or divide the program with tail calls",
  },
} as const satisfies Record<string, Message>;

export type MessageName = keyof typeof messages;

/** The text with its `{name}` places filled in. A place without a value is our mistake and stays visible. */
export function fillIn(template: string, values: Readonly<Record<string, string | number | bigint>>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
