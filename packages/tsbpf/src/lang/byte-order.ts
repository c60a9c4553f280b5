// Byte order. Networks send the highest byte first; the machines that run BPF programs here keep the lowest first.

import type { u16, u32, u64 } from "./schemas.js";

/** The two bytes of `value` in the other order. */
export function bswap16(value: number): u16 {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

/** The four bytes of `value` in the other order. */
export function bswap32(value: number): u32 {
  return ((bswap16(value) << 16) | bswap16(value >>> 16)) >>> 0;
}

/** The eight bytes of `value` in the other order. */
export function bswap64(value: bigint): u64 {
  const low = Number(BigInt.asUintN(32, value));
  const high = Number(BigInt.asUintN(32, value >> 32n));
  return (BigInt(bswap32(low)) << 32n) | BigInt(bswap32(high));
}

/** 16 bits from network byte order to the machine's. */
export function ntohs(value: number): u16 {
  return bswap16(value);
}

/** 16 bits from the machine's byte order to the network's. */
export function htons(value: number): u16 {
  return bswap16(value);
}

/** 32 bits from network byte order to the machine's. */
export function ntohl(value: number): u32 {
  return bswap32(value);
}

/** 32 bits from the machine's byte order to the network's. */
export function htonl(value: number): u32 {
  return bswap32(value);
}
