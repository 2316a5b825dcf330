/** Where text for people goes, and what it can show. */
export interface Terminal {
  write(text: string): void;
  /** A person is looking, not a file or a pipe. */
  tty: boolean;
  colour: boolean;
  /** Characters a line. */
  columns: number;
}

interface Stream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** What a stream of this process can show; NO_COLOR (no-color.org) and FORCE_COLOR have the last word on colour. */
export function terminalOf(stream: Stream, env: Readonly<Record<string, string | undefined>>): Terminal {
  const tty = stream.isTTY === true;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  return {
    write: (text) => void stream.write(text),
    tty,
    colour: !env.NO_COLOR && (forced || (tty && env.TERM !== 'dumb')),
    columns: stream.columns ?? 80,
  };
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36', alarm: '1;31' } as const;
export type Style = keyof typeof CODES;

/** Text in a style, or as it is where colour is not wanted. */
export type Paint = (style: Style, text: string) => string;

export function makePaint(colour: boolean): Paint {
  return (style, text) => (colour ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
