// A queue of small integers from which any member can be taken out, or put back at the end, in constant time.

export interface Worklist {
  readonly items: number[];
  /** The place of the first item that may still be a member. */
  head: number;
  /** By member: its place among the items, counted from 1; 0: not a member. Whatever stands elsewhere is stale. */
  readonly places: Uint32Array;
  size: number;
}

/** For members below `limit`. */
export function makeWorklist(limit: number): Worklist {
  return { items: [], head: 0, places: new Uint32Array(limit), size: 0 };
}

export function isListed(list: Worklist, item: number): boolean {
  return (list.places[item] ?? 0) > 0;
}

export function enlist(list: Worklist, item: number): void {
  if (isListed(list, item)) return;
  list.places[item] = list.items.push(item);
  list.size++;
}

/** True where it was a member. */
export function strike(list: Worklist, item: number): boolean {
  if (!isListed(list, item)) return false;
  list.places[item] = 0;
  list.size--;
  return true;
}

/** Takes out what has been a member the longest. */
export function takeFirst(list: Worklist): number | undefined {
  while (list.head < list.items.length) {
    const item = list.items[list.head++] as number;
    const isMember = list.places[item] === list.head;
    if (isMember && strike(list, item)) return item;
  }
  return undefined;
}

/** The members in the order in which they came. */
export function members(list: Worklist): readonly number[] {
  return list.items.filter((item, place) => list.places[item] === place + 1);
}
