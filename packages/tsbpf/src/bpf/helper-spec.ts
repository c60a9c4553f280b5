// The shape of a row of the helper table (bpf/helpers.ts). The compiler types and lowers calls from it, the passes
// read memory effects from it, the loader and the disassembler read names.

/** How a helper uses one of its (at most five) register arguments. */
export type HelperArg =
  /** The program's context pointer, passed by the user as `ctx`. */
  | { readonly kind: "ctx"; readonly name: string }
  /** A map, as a 64-bit immediate load of its descriptor. */
  | { readonly kind: "map"; readonly name: string }
  /** A pointer to a key or value of the map argument; its size is the map's. `write`: the helper fills it. */
  | {
      readonly kind: "map_key" | "map_value";
      readonly name: string;
      readonly access: "read" | "write";
      /** NULL is accepted (the initial value of a local storage). */
      readonly nullable?: true;
    }
  /** An integer; `bits` 32 or 64, `signed` as in the C prototype. */
  | {
      readonly kind: "scalar";
      readonly name: string;
      readonly bits: 32 | 64;
      readonly signed: boolean;
      /** May be left out, with all that follow: an argument of bpf_trace_printk. */
      readonly optional?: true;
    }
  /** Memory of the program; its length in bytes is the `size` argument that follows, or `size` when that is fixed. */
  | {
      readonly kind: "mem";
      readonly name: string;
      readonly access: "read" | "write" | "readwrite";
      /** A constant size in bytes (struct pointers such as bpf_fib_lookup's); undefined: given by a size argument. */
      readonly size?: number;
      /**
       * For "write": the helper overwrites every byte whatever happens (it zero-fills on failure), so that earlier
       * stores to it are dead. Only set where the kernel's source says so. "text": some kernels leave the bytes behind
       * the text's NUL as they were.
       */
      readonly fills?: true | "text";
      /** NULL is accepted, with size 0. */
      readonly nullable?: true;
      /** Constant NUL-terminated text in read-only data (ARG_PTR_TO_CONST_STR); it has no size argument. */
      readonly constant?: true;
    }
  /** The length in bytes of the mem argument with this index. The user does not pass it. */
  | { readonly kind: "size"; readonly name: string; readonly of: number }
  /** An address in kernel memory (`unsafe_ptr` of probe_read_kernel): any pointer value, not dereferenced by us. */
  | { readonly kind: "kernel_address"; readonly name: string }
  /** An address in the traced process's user memory. */
  | { readonly kind: "user_address"; readonly name: string }
  /** A pointer to a kernel object (socket, task, cgroup …) with the C struct's name. `release`: this call ends it. */
  | {
      readonly kind: "kernel_object";
      readonly name: string;
      readonly struct: string;
      readonly nullable?: true;
      readonly release?: true;
    }
  /** A dynptr on the program's stack. */
  | { readonly kind: "dynptr"; readonly name: string; readonly access: "read" | "write" }
  /** A callback function. */
  | { readonly kind: "callback"; readonly name: string }
  /** Any pointer to stack memory, or NULL, handed to a callback as its context. */
  | { readonly kind: "callback_ctx"; readonly name: string }
  /** A pointer into a map value to a special field: struct bpf_timer, struct bpf_spin_lock, a kptr. */
  | { readonly kind: "map_value_field"; readonly name: string; readonly struct: string }
  /** A ring buffer record from bpf_ringbuf_reserve; `release`: this call ends it. */
  | { readonly kind: "ringbuf_record"; readonly name: string; readonly release: true };

export type HelperReturn =
  /** Nothing: r0 is unreadable afterwards (RET_VOID). */
  | { readonly kind: "void" }
  | { readonly kind: "scalar"; readonly bits: 32 | 64; readonly signed: boolean }
  /** A pointer to kernel memory as a plain number that only probe reads may follow (bpf_get_current_task). */
  | { readonly kind: "kernel_address"; readonly struct: string }
  /** A typed kernel pointer the verifier tracks; `acquires`: it must be released. */
  | { readonly kind: "kernel_object"; readonly struct: string; readonly nullable: boolean; readonly acquires?: true }
  | { readonly kind: "map_value"; readonly nullable: boolean }
  /** Memory of the size given by the scalar argument with this index (ringbuf_reserve, dynptr_data). */
  | { readonly kind: "mem"; readonly nullable: true; readonly sizeArg: number; readonly acquires?: true };

export interface HelperSpec {
  /** enum bpf_func_id. */
  readonly id: number;
  /** The kernel's name, "bpf_get_current_comm". */
  readonly name: string;
  /** The name a TypeScript program uses, "bpfGetCurrentComm". */
  readonly tsName: string;
  readonly args: readonly HelperArg[];
  readonly returns: HelperReturn;
  /** The first kernel release that has it, "4.2". */
  readonly since: string;
  /** Callable only from programs with a GPL-compatible licence. */
  readonly gplOnly: boolean;
  /** Names of program kinds (bpf/program-kinds.ts) that may call it; "all" where every kind may. */
  readonly programKinds: readonly string[] | "all";
  /** One or two sentences of our own. */
  readonly doc: string;
}
