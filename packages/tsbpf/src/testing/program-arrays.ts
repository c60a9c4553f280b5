// Which programs an array of programs takes: all of one kind, that of the programs which use it, or else of the first
// one that it was given (bpf_prog_map_compatible, kernel/bpf/core.c).

import { LD_IMM64, PseudoLoad } from "../bpf/isa.js";
import type { ProgramKindSpec } from "../bpf/program-kinds.js";
import type { LoadedImage } from "../vm/core.js";

export interface ProgramWithKind {
  readonly image: LoadedImage;
  readonly kind: ProgramKindSpec;
}

/** Says whether the array with this number takes the program; one that it takes may decide what it takes later. */
export type TakesProgram = (map: number, program: LoadedImage) => boolean;

export function programArrays(programs: readonly ProgramWithKind[]): TakesProgram {
  const owners = new Map<number, ProgramKindSpec>();
  return (map, program) => {
    const kind = programs.find(({ image }) => image === program)?.kind;
    if (!kind) return false;
    const owner = owners.get(map) ?? programs.find(({ image }) => usesMap(image, map))?.kind ?? kind;
    owners.set(map, owner);
    return isSameKind(kind, owner);
  };
}

function usesMap({ image }: LoadedImage, map: number): boolean {
  return image.insns.some((insn) => insn.opcode === LD_IMM64 && insn.src === PseudoLoad.MAP_FD && insn.imm === map);
}

/** Since Linux 6.18 the attach type counts too. */
function isSameKind(one: ProgramKindSpec, other: ProgramKindSpec): boolean {
  return one.progType === other.progType && one.expectedAttachType === other.expectedAttachType;
}
