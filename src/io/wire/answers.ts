import { type Reply, ReplyError } from '../../domain/command.ts';

/** A status, a number or an error is never longer. */
const LONGEST_LINE = 64 * 1024;
const LINE_END = 2;

/** What came is no answer of a server. */
export class NoAnswer extends Error {
  constructor() {
    super('what answers there does not speak the Redis protocol');
    this.name = 'NoAnswer';
  }
}

/** Takes answers apart as they come: texts, numbers, errors and values; texts hold one character a byte. */
export class Answers {
  #rest: Buffer = Buffer.alloc(0);
  /** A value of which a part is still to come, with its line end. */
  #value: { left: number; parts: Buffer[] } | undefined;

  /** The answers that are whole with this piece. */
  *push(piece: Buffer): Generator<Reply, void> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#rest.length > 0) {
      const reply = this.#value ? this.#valueOf(this.#value) : this.#line();
      if (reply !== undefined) yield reply;
      else if (!this.#value) return;
    }
  }

  #line(): Reply | undefined {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0 && this.#rest.length > LONGEST_LINE) throw new NoAnswer();
    if (end < 0) return undefined;
    const [sign, text] = [this.#rest.toString('latin1', 0, 1), this.#rest.toString('latin1', 1, end)];
    this.#rest = this.#rest.subarray(end + LINE_END);
    if (sign === '+') return text;
    if (sign === '-') return new ReplyError(text);
    if (!/^-?\d+$/.test(text)) throw new NoAnswer();
    const number = Number(text);
    if (sign === ':') return number;
    if (sign !== '$') throw new NoAnswer();
    if (number < 0) return null;
    this.#value = { left: number + LINE_END, parts: [] };
    return undefined;
  }

  #valueOf(value: { left: number; parts: Buffer[] }): Reply | undefined {
    const part = this.#rest.subarray(0, value.left);
    this.#rest = this.#rest.subarray(part.length);
    value.parts.push(part);
    value.left -= part.length;
    if (value.left > 0) return undefined;
    this.#value = undefined;
    return Buffer.concat(value.parts).toString('latin1').slice(0, -LINE_END);
  }
}
