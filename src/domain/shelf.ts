/** Units loaded from a folder: file name (the id) -> default export. */
export type Shelf<T> = ReadonlyMap<string, T>;

/** The id of each unit, for those who hold the unit itself. */
export function idsOf<T extends object>(shelf: Shelf<T>): ReadonlyMap<T, string> {
  return new Map([...shelf].map(([id, unit]) => [unit, id]));
}
