// ---- wrong ----
export const onRead = fexit("vfs_read", (ctx: FexitContext<u64[], i64>) => {
  counts.set(1, u64(ctx.result)); //~
});
// ---- right ----
export const onRead = fexit("vfs_read", (ctx: FexitContext<[u64, u64, u64, u64], i64>) => {
  counts.set(1, u64(ctx.result));
});
