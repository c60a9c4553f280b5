// Headers of packets, with their fields in network byte order, for the programs of this folder.
import { array, bytes, struct, u16, u32, u8 } from "tsbpf";

export const Ethernet = struct({ destination: bytes(6), source: bytes(6), type: u16 });
export const Vlan = struct({ tci: u16, type: u16 });
export const Ipv4 = struct({
  versionIhl: u8,
  tos: u8,
  totalLength: u16,
  id: u16,
  fragment: u16,
  ttl: u8,
  protocol: u8,
  checksum: u16,
  source: u32,
  destination: u32,
});
export const Ipv6 = struct({
  versionFlow: u32,
  payloadLength: u16,
  nextHeader: u8,
  hopLimit: u8,
  source: array(u32, 4),
  destination: array(u32, 4),
});
export const Tcp = struct({
  source: u16,
  destination: u16,
  sequence: u32,
  acknowledgement: u32,
  offset: u8,
  flags: u8,
  window: u16,
  checksum: u16,
  urgent: u16,
});
export const Udp = struct({ source: u16, destination: u16, length: u16, checksum: u16 });

export const typeIpv4 = 0x0008;
export const typeIpv6 = 0xdd86;
export const typeVlan = 0x0081;
export const typeQinq = 0xa888;
export const protocolTcp = 6;
export const protocolUdp = 17;
