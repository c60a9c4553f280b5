// "tsbpf/testing": runs a module's programs in plain Node, where a test says what the kernel would do.

export { packetOf } from "./lang/packets.js";
export { onOutput } from "./lang/maps.js";
export { implementHelper, installHelpers } from "./lang/kernel-only.js";
