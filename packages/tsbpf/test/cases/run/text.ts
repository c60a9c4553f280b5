// Methods of text, up to the first NUL, with constants and with other text.
import { array, chars, hashMap, rawTracepoint, struct, u32, u8, type Chars, type Value } from "tsbpf";

const Names = struct({ tag: u8, odd: chars(5), short: chars(4), name: chars(16), long: chars(24), many: array(chars(8), 3) });
const known = hashMap(u32, Names, { maxEntries: 4 });
const config = { shell: "bash", empty: "" } as const;

function bit(at: number, value: boolean): number {
  return value ? 1 << at : 0;
}

export const constants = rawTracepoint("sched_process_exec", (ctx) => {
  const names = Names({ name: "bash", odd: "bash", short: "bas", long: "bash-completion-daemon" });
  const at = u32(ctx.args[0]) & 31;
  names.name[at] = u8(ctx.args[1]);
  names.long[at] = u8(ctx.args[1]);
  names.odd[at] = u8(ctx.args[1]);
  return (
    bit(0, names.name.equals("bash")) | bit(1, names.name.startsWith("ba")) | bit(2, names.name.includes("as")) |
    bit(3, names.odd.equals(config.shell)) | bit(4, names.odd.startsWith("bash")) | bit(5, names.odd.includes("h")) |
    bit(6, names.long.equals("bash-completion-daemon")) | bit(7, names.long.startsWith("bash-completion")) |
    bit(8, names.long.includes("complet")) | bit(9, names.long.includes("x")) | bit(10, names.name.equals("")) |
    bit(11, names.name.startsWith(config.empty)) | bit(12, names.name.includes("")) | bit(13, names.short.equals("bas")) |
    bit(14, names.short.equals("longer than it")) | bit(15, names.short.startsWith("bash")) |
    bit(16, names.short.includes("longer")) | bit(17, names.long.equals("bash-completion-daemonXY")) |
    bit(18, names.name.equals("b\0sh")) | bit(19, names.name.includes("sh\0x"))
  );
});

export const full = rawTracepoint("sched_process_exec", (ctx) => {
  // Text that leaves no room for a NUL.
  const names = Names();
  for (let i = 0; i < 4; i++) names.short[i] = 97 + i;
  names.short[u32(ctx.args[0])] = u8(ctx.args[1]);
  return bit(0, names.short.equals("abcd")) | bit(1, names.short.equals("abc")) | bit(2, names.short.startsWith("abcd")) |
    bit(3, names.short.includes("cd")) | bit(4, names.short.includes("d")) | bit(5, names.short.equals("abcde"));
});

function compare(a: Chars<number>, b: Chars<number>): number {
  return bit(0, a.equals(b)) | bit(1, a.startsWith(b)) | bit(2, a.includes(b)) |
    bit(3, b.equals(a)) | bit(4, b.startsWith(a)) | bit(5, b.includes(a));
}

export const others = rawTracepoint("sched_process_exec", (ctx) => {
  const names = Names({ name: "bashrc", odd: "bash" });
  names.name[u32(ctx.args[0]) & 15] = u8(ctx.args[1]);
  names.odd[u32(ctx.args[2]) & 7] = u8(ctx.args[3]);
  return compare(names.name, names.odd);
});

export const fullOthers = rawTracepoint("sched_process_exec", (ctx) => {
  const names = Names({ odd: "aaaa" });
  for (let i = 0; i < 4; i++) names.short[i] = 97;
  for (let i = 0; i < 5; i++) names.odd[i] = 97;
  names.odd[u32(ctx.args[0])] = u8(ctx.args[1]);
  names.short[u32(ctx.args[2])] = u8(ctx.args[3]);
  return compare(names.odd, names.short);
});

export const sameRoom = rawTracepoint("sched_process_exec", (ctx) => {
  const names = Names();
  names.many[0] = names.many[1];
  for (let i = 0; i < 8; i++) names.many[1][i] = 120;
  names.many[0][0] = 120;
  names.many[0][u32(ctx.args[0]) & 7] = u8(ctx.args[1]);
  return compare(names.many[0], names.many[1]) + (names.many[2].equals("") ? 64 : 0);
});

export const inMaps = rawTracepoint("sched_process_exec", (ctx) => {
  known.set(1, Names({ name: "sshd", odd: "sshd" }));
  const names = known.get(u32(ctx.args[0]) & 3);
  if (!names) return 1;
  names.odd[3] = u8(ctx.args[1]);
  if (names.name.startsWith("ss") && !names.name.equals(names.odd)) return 2;
  return names.name.equals("sshd") ? 3 : 4;
});

function isShell(names: Value<typeof Names>): boolean {
  return names.name.equals("sh") || names.name.equals("bash") || names.name.equals("zsh");
}

export const calledFrom = rawTracepoint("sched_process_exec", (ctx) => {
  const names = Names({ name: "zsh" });
  const other = Names({ name: "bash" });
  if (ctx.args[0] & 1n) names.name = other.name;
  if (ctx.args[0] & 2n) names.name[0] = 100;
  return isShell(names) ? 1 : 2;
});
