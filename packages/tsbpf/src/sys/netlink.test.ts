import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { findAcknowledgement, packClsact, packFilter, packFilterRemoval, unpackFilter } from "./netlink.js";

const place = { interfaceIndex: 3, direction: "egress", handle: 5, priority: 7 } as const;

test("a request says its own length, and has whole attributes", () => {
  for (const request of [packClsact(3), packFilter(place, 9, "count"), packFilterRemoval(place)]) {
    const reader = new ByteReader(request, "request");
    assert.equal(reader.u32(0), request.length);
    let at = 16 + 20;
    while (at < request.length) at += (reader.u16(at) + 3) & ~3;
    assert.equal(at, request.length);
  }
});

test("what a request says of a filter is read back", () => {
  assert.deepEqual(unpackFilter(packFilter(place, 9, "count")), { handle: 5, priority: 7 });
  assert.equal(unpackFilter(packClsact(3)), undefined);
  assert.equal(unpackFilter(new Uint8Array(0)), undefined);
});

test("the acknowledgement is found behind other messages", () => {
  const error = (status: number): Uint8Array =>
    new ByteWriter(40).u32(36).u16(2).u16(0).u32(1).u32(0).i32(status).zeros(16).finish();
  const echo = packFilter(place, 9, "count");
  assert.equal(findAcknowledgement(echo), undefined);
  assert.deepEqual(findAcknowledgement(error(-17)), { status: -17, at: 0 });
  assert.deepEqual(findAcknowledgement(Uint8Array.of(...echo, ...error(0))), { status: 0, at: echo.length });
});
