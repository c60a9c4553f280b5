// ---- wrong ----
export const onOpen = lsm("file_open", (ctx) => {
  return ctx.args[0] === 0n ? 1 : 0; //~
});
// ---- right ----
export const onOpen = lsm("file_open", (ctx) => {
  return ctx.args[0] === 0n ? -1 : 0;
});
