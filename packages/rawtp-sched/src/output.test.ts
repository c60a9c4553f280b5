// The output on streams that are slow, break, or lose their reader.

import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { describe, it } from "node:test";
import { createOutput } from "./output.js";

describe("output", () => {
  it("waits while the reader is slow", async () => {
    const stream = new PassThrough({ highWaterMark: 4 });
    const output = createOutput(stream);
    let written = false;
    const pending = output.write("more than four").then(() => (written = true));
    await new Promise(setImmediate);
    assert.equal(written, false);
    assert.equal(String(stream.read()), "more than four");
    await pending;
    assert.equal(written, true);
  });

  const endings: readonly (readonly [string, string | undefined])[] = [
    ["EPIPE", undefined],
    ["ENOSPC", "write events: ENOSPC"],
  ];
  for (const [code, message] of endings) {
    it(`ends on ${code}`, async () => {
      const stream = new Writable({
        highWaterMark: 1,
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      });
      const output = createOutput(stream);
      await output.write("some text");
      assert.equal(output.closed.aborted, true);
      assert.equal(output.failure()?.message, message);
      await output.write("nothing happens");
    });
  }
});
