/** Units loaded from a folder: file name (the id) -> default export. */
export type Shelf<T> = ReadonlyMap<string, T>;
