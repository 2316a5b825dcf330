/** The file contradicts its own format at this offset. */
export class Broken extends Error {
  readonly at: number;
  constructor(at: number, because: string) {
    super(because);
    this.name = 'Broken';
    this.at = at;
  }
}

/** Something newer than this program, or of a module in an old form: its end cannot be found. */
export class Unknown extends Broken {}
