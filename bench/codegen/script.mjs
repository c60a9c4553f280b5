// Words and commands for the runner: see runner.c.

export const q = (...numbers) => numbers.map((number) => `q${number}`).join("+");
export const run = (program, context = "-", data = "-") => `run ${program} ${context} ${data}`;
export const rawTime = (program, context, steps = []) => ({ program, context, steps });

/** Numbers that look random and are the same in every run (a linear congruential generator). */
function pseudoRandom(seed) {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 33n);
  };
}

export function bytesOf(seed, count) {
  const next = pseudoRandom(seed);
  return Buffer.from(Array.from({ length: count }, () => next() & 0xff));
}

/** Kernel memory full of noise, of pointers to itself, and of small numbers. */
export const noise = (seed) => `mem x${bytesOf(seed, 4096).toString("hex")}`;
export const selfPointers = `mem ${Array.from({ length: 512 }, () => "@mem").join("+")}`;
export const zeros = `mem x${"00".repeat(4096)}`;

/** One entry of a map. */
export const set = (map, key, value) => `set ${map} ${key} ${value}`;
export const x = (bytes) => `x${Buffer.from(bytes).toString("hex")}`;

function littleEndian(width, numbers) {
  const bytes = Buffer.alloc(width * numbers.length);
  numbers.forEach((number, index) => bytes.writeUIntLE(number, index * width, width));
  return x(bytes);
}
export const d = (...numbers) => littleEndian(4, numbers);
export const w = (...numbers) => littleEndian(2, numbers);
