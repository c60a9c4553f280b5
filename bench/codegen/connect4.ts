// connect() of a cgroup: only to listed networks and ports; connections to a virtual address are sent elsewhere.
import { cgroupConnect4, hashMap, lpmTrie, ntohs, struct, u16, u32, u64, u8 } from "tsbpf";

const Network = struct({ bits: u32, address: u32 });
const Target = struct({ address: u32, port: u16, pad: u16 });
export const networks = lpmTrie(Network, u8, { maxEntries: 256 });
export const ports = hashMap(u16, u64, { maxEntries: 256 });
export const virtual = hashMap(Target, Target, { maxEntries: 64 });

export const onConnect = cgroupConnect4((ctx) => {
  const target = virtual.get(Target({ address: ctx.userIp4, port: u16(ctx.userPort) }));
  if (target) {
    ctx.userIp4 = target.address;
    ctx.userPort = u32(target.port);
    return true;
  }
  const verdict = networks.get(Network({ bits: 32, address: ctx.userIp4 }));
  if (verdict === undefined || verdict === 0) return false;
  const count = ports.ref(ntohs(u16(ctx.userPort)));
  if (!count) return false;
  count.value += 1n;
  return true;
});
