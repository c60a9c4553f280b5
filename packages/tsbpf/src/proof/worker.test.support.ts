// One process of several that share the proof: its share is its argument, its results go to the one that started it.

import { proveMany } from "./many.test.support.js";
import type { Message, Share } from "./processes.test.support.js";

const send = (message: Message): void => void process.send?.(message);

const share = JSON.parse(process.argv[2] ?? "") as Share;
const summary = await proveMany({ ...share, report: (line) => send({ line }) });
send({ summary });
process.disconnect();
