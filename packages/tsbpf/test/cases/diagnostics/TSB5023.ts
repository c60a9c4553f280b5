// ---- wrong ----
const Tuple = struct({ saddr: u32, daddr: u32, sport: u16, dport: u16 });
export const onPacket = xdp((ctx) => {
  bpfSkLookupTcp(ctx, Tuple(), 0n, 0n); //~
  return XdpAction.PASS;
});
// ---- right ----
interface bpfCoreSock { readonly sk_mark: u32 }
export const onRetransmit = tpBtf("tcp_retransmit_skb", (ctx: TpBtfContext<[bpfCoreSock]>) => {
  const mark = ctx.args[0].sk_mark;
  counts.set(mark, 1n);
});
