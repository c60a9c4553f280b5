// Members that people look for on what a BPF program has, and what to write instead. Data only, for type-errors.ts.

/** What TypeScript's types of these values are called here, and the members that are not there. */
export interface Members {
  /** For messages: "There is no 'push' on an array". */
  readonly what: string;
  readonly cures: Readonly<Record<string, string>>;
  /** For every other name that JavaScript has there. */
  readonly others?: string;
}

const noFractions = "every number is an integer: use `Math.trunc(a / b)`, and scale what has fractions";
const choose = "write it with `?:`";
const loop = "go through the elements: `for (const x of list) { … }`, and add up in a `let`";
const byBytes = "look at the bytes: `text[0] === 0x2f`, or let user space work on the string";
const userText = "send the text in an event: user space gets it as a string";
const fixed = "an array keeps its length: assign to an element, `list[i & 7] = x`, or use a `queue` map";
const entries = "`map.forEach((value, key) => { … })` goes through a hash map or an array (Linux 5.13)";
const alreadyNumber = "numbers and bigints are converted by sized types: `u32(x)`";

export const mathMembers: Members = {
  what: "Math; it has trunc, imul, min and max",
  cures: {
    random: "`bpfGetPrandomU32()`",
    floor: noFractions,
    round: noFractions,
    ceil: "`Math.trunc((a + b - 1) / b)`",
    abs: `${choose}: \`x < 0 ? -x : x\``,
    sign: `${choose}: \`x < 0 ? -1 : 1\``,
    pow: "multiply, or shift: `1 << n`",
    sqrt: noFractions,
    clz32: "test the bits in a loop: `for (let i = 31; i >= 0; i--) if (x & (1 << i)) …`",
    log2: "test the bits in a loop: `for (let i = 31; i >= 0; i--) if (x & (1 << i)) …`",
  },
  others: noFractions,
};

export const textMembers: Members = {
  what: "text; it has equals, startsWith, includes and length",
  cures: {
    indexOf: "`text.includes(part)` says whether it is in there",
    endsWith: byBytes,
    match: "`text.startsWith(part)` and `text.includes(part)`",
    at: "`text[0]` is a byte",
    charAt: "`text[0]` is a byte",
    charCodeAt: "`text[0]` is a byte",
    localeCompare: "`text.equals(other)`",
  },
  others: userText,
};

export const arrayMembers: Members = {
  what: "an array",
  cures: {
    push: fixed,
    pop: fixed,
    shift: fixed,
    unshift: fixed,
    splice: fixed,
    sort: "sort in user space, or swap elements in nested loops",
    at: "`list[0]`",
    fill: "assign in a loop: `for (let i = 0; i < 4; i++) list[i] = 0`; a new struct is all zeros",
    entries: "count along: `for (let i = 0; i < 4; i++) … list[i]`",
    keys: "count along: `for (let i = 0; i < 4; i++) … list[i]`",
  },
  others: loop,
};

export const mapMembers: Members = {
  what: "a map",
  cures: {
    size: "count along in a `global(u64)`; user space sees all entries",
    clear: "`map.forEach((value, key) => { map.delete(key); })` on a hash map (Linux 5.13), or user space does it",
    keys: entries,
    values: entries,
    entries,
    lookup: "`get(key)`",
    update: "`set(key, value)`",
    insert: "`set(key, value)`",
    put: "`set(key, value)`",
    add: "`set(key, value)`, or `ref(key)?.add(1n)`",
    increment: "`ref(key)?.add(1n)`",
    remove: "`delete(key)`",
    send: "`output(…)`",
    emit: "`output(…)`",
    submit: "`output(…)`",
    perf_submit: "`output(ctx, event)`",
    write: "`output(…)`",
  },
};

export const numberMembers: Members = {
  what: "a number",
  cures: { toString: userText, toFixed: userText, toLocaleString: userText, valueOf: alreadyNumber },
  others: "a number has no properties here",
};
