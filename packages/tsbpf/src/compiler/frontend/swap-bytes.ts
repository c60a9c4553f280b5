// Byte order at compile time: constants like `htons(0x0800)` are constants of the module.

/** How many bits each of these functions turns around. */
export const swapWidths: Readonly<Record<string, 16 | 32 | 64>> = {
  bswap16: 16,
  bswap32: 32,
  bswap64: 64,
  ntohs: 16,
  htons: 16,
  ntohl: 32,
  htonl: 32,
};

/** The lowest `bits` of `value`, with the order of their bytes reversed. */
export function swapBytes(bits: number, value: bigint): bigint {
  let rest = BigInt.asUintN(bits, value);
  let result = 0n;
  for (let done = 0; done < bits; done += 8, rest >>= 8n) result = (result << 8n) | (rest & 0xffn);
  return result;
}
