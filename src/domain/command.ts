/** One Redis command as the words that go over the wire. */
export type Command = readonly [string, ...string[]];

/** A reply of the server: RESP2 values; an error reply inside a pipeline is a value, not an exception. */
export type Reply = string | number | null | ReplyError | readonly Reply[];

/** An error reply such as `NOPERM this user has no permissions …`. */
export class ReplyError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
  /** The first word: NOPERM, BUSY, LOADING, ERR … */
  get code(): string {
    return /^[A-Z]+/.exec(this.message)?.[0] ?? 'ERR';
  }
}

const PLAIN = /^[A-Za-z0-9_.:/@%+=,*-]+$/;

/** The command as a person would type it into redis-cli: words with other characters are quoted and escaped. */
export function printCommand(command: Command): string {
  return command.map(printWord).join(' ');
}

function printWord(word: string): string {
  if (PLAIN.test(word)) return word;
  let quoted = '';
  for (const char of word) {
    const code = char.codePointAt(0) ?? 0;
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (char === '\n') quoted += '\\n';
    else if (char === '\r') quoted += '\\r';
    else if (char === '\t') quoted += '\\t';
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else quoted += char;
  }
  return `"${quoted}"`;
}
