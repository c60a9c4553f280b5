// Arrays with a place for each id or register: several times quicker than maps, since ids are small numbers.

export type ById<T> = (T | undefined)[];

/** All places are there from the start: an array that grows by leaps would become a hash table. */
export function makeById<T>(count: number): ById<T> {
  const places: ById<T> = [];
  for (let id = 0; id < count; id++) places.push(undefined);
  return places;
}

/** Adds to the list at a place, which is made when its first member comes. */
export function append<T>(lists: ById<T[]>, id: number, item: T): void {
  const list = lists[id];
  if (list) list.push(item);
  else lists[id] = [item];
}
