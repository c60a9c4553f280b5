// What the verifier's words mean for the program's source: one row a complaint. The patterns follow the messages of
// kernel/bpf/verifier.c from Linux 5.10 to 7.3; a complaint without a row is shown in the verifier's words alone.

interface Reason {
  readonly pattern: RegExp;
  /** `$1` stands for the pattern's first group. */
  readonly plain: string;
}

/** The first row that matches counts, so that the more telling ones come first. */
const reasons: readonly Reason[] = [
  {
    // 0xbad2310, the call that stands where a relocation found nothing.
    pattern: /invalid func unknown#195896080/,
    plain: "this kernel lacks the field or type that is read here: ask first, `if (bpfCoreFieldExists(task.x)) …`",
  },
  {
    pattern: /invalid mem access '(?:map_value|mem|sock|ptr)_or_null'|arg#?\d+ .*_or_null|type=\w+_or_null expected/,
    plain: "this may be missing (a lookup that found nothing, a record without room): check it before it is used",
  },
  {
    pattern: /invalid access to map value, value_size=(\d+)/,
    plain: "this may lie outside the map's value of $1 bytes: check the index against the array's length first",
  },
  {
    pattern: /invalid access to map key|invalid access to memory, mem_size=|invalid access to .*buffer/,
    plain: "this may lie outside the memory it is taken from: check the index or the length first",
  },
  {
    pattern: /invalid access to packet/,
    plain: "the packet may be shorter: take a view of all the bytes that are read, and check it",
  },
  {
    pattern: /min value is negative|unbounded memory access|unbounded min value|variable offset/,
    plain:
      "the kernel cannot see the bounds of this index or length: check it right before its use, or mask it (`& 63`)",
  },
  {
    pattern: /BPF program is too large|too many (?:instructions|states)|complexity limit|sequence of \d+ jumps/,
    plain: "the kernel would have to follow too many ways through the program: fewer rounds, or fewer `if`s in a loop",
  },
  {
    pattern: /back-edge from|infinite loop detected|loop detected/,
    plain: "the kernel cannot see that this loop ends: count with a variable up to a constant",
  },
  {
    pattern: /[Uu]nreleased reference|reference leak/,
    plain: "something that was reserved or acquired is not given back on every way out",
  },
  {
    pattern: /R0 !read_ok/,
    plain: "a way through the program ends without a result",
  },
  {
    pattern: /R\d+ !read_ok/,
    plain: "a value is used that a call before has destroyed or that was never set",
  },
  {
    pattern: /invalid read from stack R\d+ off=/,
    plain: "this lies outside the program's stack of 512 bytes",
  },
  {
    pattern: /invalid (?:indirect )?read from stack/,
    plain: "memory of the program is read before all of it was written",
  },
  {
    pattern: /invalid (?:indirect |variable-offset )?(?:write to|access to|stack)|stack type R|invalid stack/,
    plain: "this lies outside the program's stack of 512 bytes",
  },
  {
    pattern: /combined stack size of \d+ calls is (\d+)|stack(?: size)? (?:of \d+ )?(?:is too large|exceeds)/,
    plain: "the functions together need more stack than there is (512 bytes): keep large values in a map",
  },
  {
    pattern: /[Aa]t program exit the register R0 has .* should have been in (.*)/,
    plain: "this kind of program may only return certain values: $1",
  },
  {
    pattern: /unknown func (\S+)|program of this type cannot use helper (\S+)|helper call is not allowed/,
    plain: "the helper $1 does not exist in this kernel, or not for this kind of program",
  },
  {
    pattern: /cannot call GPL-restricted function|gpl_only|GPL compatible/,
    plain: "this is only for programs under a licence that is compatible with the GPL",
  },
  {
    pattern: /invalid bpf_context access/,
    plain: "this kernel does not let this kind of program use that part of its context",
  },
  {
    pattern: /R\d+ type=(\S+) expected=(\S+)/,
    plain: "the kernel found $1 where the call takes $2",
  },
  {
    pattern: /pointer arithmetic|math between|bitwise operator .* on pointer|pointer comparison/,
    plain: "the kernel does not allow this calculation with an address",
  },
  {
    pattern: /leaks addr|leak pointer/,
    plain: "an address in the kernel would become visible outside: send the value, not where it lies",
  },
  {
    pattern: /misaligned/,
    plain: "this address is not a multiple of the size that is read or written there",
  },
  {
    pattern: /unreachable insn|jump out of range|last insn is not|unknown opcode|reserved field/,
    plain: "this kernel does not take these instructions: build for a lower level, for example --cpu v2",
  },
  {
    pattern: /attach_btf_id|is not a (?:function|kernel function)|not found in kernel BTF/,
    plain: "this kernel has nothing of that name that a program could be attached to",
  },
  {
    pattern: /invalid mem access '(?:inv|scalar)'/,
    plain: "this is a plain number to the kernel: read its memory through a bpfCore… view, or copy it with a helper",
  },
  {
    pattern: /invalid mem access '(\w+)'/,
    plain: "the kernel sees $1 here, which cannot be read in place: check the value, or copy the memory first",
  },
];

/** The reason in plain words; undefined where the verifier's own must do. */
export function plainReason(words: string): string | undefined {
  for (const { pattern, plain } of reasons) {
    const match = pattern.exec(words);
    if (match) return plain.replace("$1", match[1] ?? match[2] ?? "it needs").replace("$2", match[2] ?? "another");
  }
  return undefined;
}
