// The hint comes on a quiet terminal, and only there.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startQuietHint } from "./quiet-hint.js";

const cases: readonly (readonly [string, boolean, boolean, RegExp])[] = [
  ["a quiet terminal", true, false, /^no program has started for 0\.001 seconds: run `ls` in another terminal\n$/],
  ["a terminal with an event", true, true, /^$/],
  ["a pipe", false, false, /^$/],
];

describe("quiet hint", () => {
  for (const [name, isTTY, cancelled, expected] of cases) {
    it(`on ${name}`, async () => {
      const stream = Object.assign(new PassThrough(), { isTTY });
      const hint = startQuietHint(stream as unknown as NodeJS.WriteStream, 1);
      if (cancelled) hint.cancel();
      // The hint's timer was started first and is the shorter one.
      await sleep(50);
      assert.match(String(stream.read() ?? ""), expected);
    });
  }
});
