// What "tsbpf" exports and what the compiler knows are the same: no name is without a meaning on either side.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as language from "../index.js";
import { helpers } from "../bpf/helpers.js";
import { dataFactories } from "./frontend/globals.js";
import { functionFactories } from "./frontend/global-functions.js";
import { intrinsics } from "./frontend/intrinsics.js";
import { isMapFactory, mapFactories } from "./frontend/map-declarations.js";
import { isProgramFactory, programFactoryNames } from "./frontend/program-factories.js";
import { declaringNames, languageRecords } from "./frontend/statics.js";
import { intTypes } from "./frontend/types.js";

const exported = Object.keys(language);
const scalars = [...Object.keys(intTypes), "bool"];
const helperNames = helpers.map((helper) => helper.tsName);
const known = [
  ...scalars,
  ...declaringNames,
  ...Object.keys(mapFactories),
  ...dataFactories,
  ...programFactoryNames,
  ...functionFactories,
  ...Object.keys(languageRecords),
  ...Object.keys(intrinsics),
  ...helperNames,
];

test("every exported name means something to the compiler", () => {
  assert.ok(exported.length > 200, `${exported.length} names`);
  assert.deepEqual(
    exported.filter((name) => !known.includes(name)),
    [],
  );
});

test("every name that the compiler knows is exported", () => {
  assert.deepEqual(
    known.filter((name) => !exported.includes(name)),
    [],
  );
});

test("no name means two things", () => {
  assert.deepEqual(
    known.filter((name, index) => known.indexOf(name) !== index),
    [],
  );
  assert.ok(isMapFactory("hashMap") && isProgramFactory("rawTracepoint") && !isMapFactory("toString"));
});
