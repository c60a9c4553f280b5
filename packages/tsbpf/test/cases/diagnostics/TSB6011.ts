// ---- wrong ----
export const work = queue(u32, { maxEntries: 16 });
export const job = syscall(Event, (input) => {
  work.push(input.pid); //~
  return 0;
});
// ---- right ----
export const work = ringBuffer(Event, { bytes: 4096 });
export const job = syscall(Event, (input) => {
  work.output(Event({ pid: input.pid }));
  return 0;
});
