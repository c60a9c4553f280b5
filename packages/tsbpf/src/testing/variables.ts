// Constants and global variables of an emulated module: what BTF says about its data sections.

import type { Btf } from "../btf/types.js";
import { type Codec, codecOf, encodeValue } from "../loader/codec.js";
import { LoaderError, unknownName } from "../loader/errors.js";
import type { ObjectSpec } from "../object/spec.js";
import { ByteReader } from "../util/bytes.js";
import { regionBytes } from "../vm/memory.js";
import type { Vm } from "../vm/vm.js";
import type { EmulatedGlobal } from "./types.js";

interface Variable {
  readonly name: string;
  readonly codec: Codec;
  readonly region: number;
  readonly offsetBytes: number;
  readonly readOnly: boolean;
}

function variablesOf({ data }: ObjectSpec, btf: Btf, regions: readonly number[]): Variable[] {
  return data.flatMap(({ typeId, readOnly }, at): Variable[] => {
    const section = typeId === undefined ? undefined : btf.type(typeId);
    if (section?.kind !== "datasec") return [];
    return section.vars.flatMap(({ type: id, offset: offsetBytes }) => {
      const variable = btf.type(id);
      if (variable.kind !== "var") return [];
      const codec = codecOf(btf, variable.type);
      return [{ name: variable.name, codec, region: regions[at] ?? -1, offsetBytes, readOnly }];
    });
  });
}

/** The variables by name; `constants` are set before anything runs. */
export function openVariables(
  { machine }: Vm,
  spec: ObjectSpec,
  regions: readonly number[],
  constants: Readonly<Record<string, unknown>>,
): Record<string, EmulatedGlobal> {
  const variables = spec.btf ? variablesOf(spec, spec.btf, regions) : [];
  const write = ({ name, codec, region, offsetBytes }: Variable, value: unknown): void => {
    regionBytes(machine.memory, region).set(encodeValue(codec, value, `variable "${name}"`), offsetBytes);
  };
  for (const [name, value] of Object.entries(constants)) {
    const known = variables.filter(({ readOnly }) => readOnly);
    const variable = known.find((one) => one.name === name);
    if (!variable)
      throw unknownName(
        "constant",
        name,
        known.map((one) => one.name),
      );
    write(variable, value);
  }
  const globals: Record<string, EmulatedGlobal> = {};
  for (const variable of variables) {
    globals[variable.name] = {
      get value() {
        const { name, codec, region, offsetBytes } = variable;
        return codec.decode(new ByteReader(regionBytes(machine.memory, region), `variable "${name}"`), offsetBytes);
      },
      set value(value) {
        if (variable.readOnly) {
          const cure = `give it to emulate: { constants: { ${variable.name}: … } }`;
          throw new LoaderError("ERR_VALUE", `write constant "${variable.name}": programs rely on it (${cure})`);
        }
        write(variable, value);
      },
    };
  }
  return globals;
}
