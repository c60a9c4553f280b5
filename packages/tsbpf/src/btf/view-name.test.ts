import assert from "node:assert/strict";
import { test } from "node:test";
import { parseViewName, viewName } from "./view-name.js";

test("names of views go there and back", () => {
  const cases: readonly (readonly [view: string, name: string, isEnum: boolean])[] = [
    ["bpfCoreTaskStruct", "task_struct", false],
    ["bpfCoreMmStruct___old", "mm_struct___old", false],
    ["bpfCoreIn6Addr", "in6_addr", false],
    ["bpfCoreDquot_1", "dquot_1", false],
    ["bpfCore_Qdisc", "Qdisc", false],
    ["bpfCore___kernel_timespec", "__kernel_timespec", false],
    ["bpfCore_enum_map", "enum_map", false],
    ["bpfCoreEnumerated", "enumerated", false],
    ["bpfCoreEnumPidType", "pid_type", true],
    ["bpfCoreEnumPidType___v2", "pid_type___v2", true],
    ["bpfCoreEnum_KMALLOC", "KMALLOC", true],
    ["bpfCore_foo_Bar", "foo_Bar", false],
    ["bpfCoreFoo_Bar", "foo__bar", false],
    ["bpfCore_", "", false],
  ];
  for (const [view, name, isEnum] of cases) {
    assert.deepEqual(parseViewName(view), { name, isEnum }, view);
    if (!name.includes("___") && name !== "") assert.equal(viewName({ name, isEnum }), view, name);
  }
  assert.equal(parseViewName("TaskStruct"), undefined);
});
