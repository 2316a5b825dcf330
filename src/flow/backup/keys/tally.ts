import { printable } from '../../../domain/printable.ts';
import { bytes } from '../../../domain/units.ts';

/** Names that are told. */
const NAMED = 5;
const LONGEST_NAME = 80;

/** What became of each key of a file, and of each library. */
export class Tally {
  restored = 0;
  restoredBytes = 0;
  /** There already, and left as they are. */
  kept = 0;
  expired = 0;
  /** Of slots that this node does not serve. */
  foreign = 0;
  /** Of slots that went to another node, or are on the way, meanwhile. */
  moved = 0;
  ofModules = 0;
  libraries = 0;
  librariesKept = 0;
  /** Read back right after, and how many of them were not the same. */
  readBack = 0;
  different = 0;
  #large = 0;
  readonly #largeNames: string[] = [];

  tooLarge(name: Buffer | undefined, size: number | undefined): void {
    this.#large += 1;
    if (this.#largeNames.length >= NAMED) return;
    const shown = name ? `"${printable(name.toString('utf8'), LONGEST_NAME)}"` : 'one with an endless name';
    this.#largeNames.push(size === undefined ? shown : `${shown} (${bytes(size)})`);
  }

  /** All that was met so far. */
  get keys(): number {
    const { restored, kept, expired, foreign, moved, ofModules } = this;
    return restored + kept + expired + foreign + moved + ofModules + this.#large;
  }

  /** What the plan promised and is not there; undefined when nothing is missing. */
  missing(largest: number): string | undefined {
    const lacks = [
      ...(this.#large > 0
        ? [`${this.#large} are larger than the ${bytes(largest)} that are carried: ${this.#largeOnes()}`]
        : []),
      ...(this.moved > 0
        ? [`${this.moved} are of slots that moved to another node meanwhile: use the same backup there`]
        : []),
    ];
    return lacks.length > 0 ? `not all keys are back. ${lacks.join('; ')}` : undefined;
  }

  #largeOnes(): string {
    const left = this.#large - this.#largeNames.length;
    return `${this.#largeNames.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  }

  /** One sentence without its full stop. */
  told(): string {
    const parts = [
      `${this.restored} keys put back (${bytes(this.restoredBytes)})`,
      ...some(this.kept, 'were there and kept'),
      ...some(this.expired, 'have expired since'),
      ...some(this.foreign, 'are of slots of other nodes'),
      ...some(this.moved, 'are of slots that moved meanwhile'),
      ...some(this.#large, 'are too large'),
      ...some(this.ofModules, 'are of modules'),
      ...some(this.libraries, 'libraries of functions put back'),
      ...some(this.librariesKept, 'libraries were there and kept'),
    ];
    const same = this.readBack - this.different;
    return this.readBack === 0
      ? parts.join(', ')
      : `${parts.join(', ')}; ${same} of ${this.readBack} read back are the same`;
  }
}

function some(count: number, what: string): string[] {
  return count > 0 ? [`${count} ${what}`] : [];
}
