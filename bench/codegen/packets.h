// Headers of packets, as the TypeScript twins have them in packets.ts.

#pragma once

#include "twin.h"

struct Ethernet {
  u8 destination[6];
  u8 source[6];
  u16 type;
};
struct Vlan {
  u16 tci;
  u16 type;
};
struct Ipv4 {
  u8 versionIhl;
  u8 tos;
  u16 totalLength;
  u16 id;
  u16 fragment;
  u8 ttl;
  u8 protocol;
  u16 checksum;
  u32 source;
  u32 destination;
};
struct Ipv6 {
  u32 versionFlow;
  u16 payloadLength;
  u8 nextHeader;
  u8 hopLimit;
  u32 source[4];
  u32 destination[4];
};
struct Tcp {
  u16 source;
  u16 destination;
  u32 sequence;
  u32 acknowledgement;
  u8 offset;
  u8 flags;
  u16 window;
  u16 checksum;
  u16 urgent;
};
struct Udp {
  u16 source;
  u16 destination;
  u16 length;
  u16 checksum;
};

#define TYPE_IPV4 bpf_htons(0x0800)
#define TYPE_IPV6 bpf_htons(0x86dd)
#define TYPE_VLAN bpf_htons(0x8100)
#define TYPE_QINQ bpf_htons(0x88a8)
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
