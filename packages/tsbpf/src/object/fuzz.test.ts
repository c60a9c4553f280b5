import assert from "node:assert/strict";
import { test } from "node:test";

import { fuzzObject } from "./fuzz.js";
import { compileFixture, haveTools } from "./tools.test.helper.js";

test("damaged objects of ours are read or refused", () => {
  const { cases, results, errors } = fuzzObject(1500, 1);
  assert.equal(results + errors, cases);
  assert.ok(results > 50 && errors > 500, `${results} results, ${errors} errors: the damage is of the wrong strength`);
});

test("damaged objects of clang's are read or refused", (t) => {
  if (!haveTools(t, "clang-19")) return;
  const { results, errors } = fuzzObject(1500, 2, [compileFixture("object-basic"), compileFixture("core-kernel")]);
  assert.ok(results > 50 && errors > 500, `${results} results, ${errors} errors: the damage is of the wrong strength`);
});
