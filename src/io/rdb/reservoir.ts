/** Draws evenly from a stream of unknown length: of each, in turn, whether it is kept and in which place. */
export class Reservoir<T> {
  readonly #size: number;
  readonly #chance: () => number;
  readonly #kept: T[] = [];
  #seen = 0;

  constructor(size: number, chance: () => number) {
    this.#size = size;
    this.#chance = chance;
  }

  /** The place for the next one; undefined when it is not drawn. */
  next(): number | undefined {
    this.#seen += 1;
    if (this.#seen <= this.#size) return this.#seen - 1;
    const place = Math.floor(this.#chance() * this.#seen);
    return place < this.#size ? place : undefined;
  }

  put(place: number, what: T): void {
    this.#kept[place] = what;
  }

  /** A place that was drawn for one that could not be kept stays empty. */
  kept(): T[] {
    return this.#kept.filter((each) => each !== undefined);
  }
}
