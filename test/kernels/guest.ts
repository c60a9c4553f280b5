// Runs inside the virtual machine: guest.js FOLDER OBJECT, prints a KnownResult with the kernel's release as JSON.

import { release } from "node:os";
import { checkKnown } from "../support/known.js";
import { guestStarted } from "./kernel.js";

const [folder, object] = process.argv.slice(2);
if (folder === undefined || object === undefined) throw new Error("usage: guest.js FOLDER OBJECT");
process.stdout.write(`${guestStarted}\n`);
process.stdout.write(`${JSON.stringify({ release: release(), ...(await checkKnown(folder, object)) })}\n`);
