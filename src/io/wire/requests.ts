/** Longer words or more of them are in no handshake of a replica. */
const LONGEST = 4096;
const MOST_WORDS = 32;

/** Reads what a replica sends: commands as arrays, and bare line breaks while it loads. */
export function makeRequestReader(): (chunk: Buffer) => string[][] {
  let bytes = Buffer.alloc(0);
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    const requests: string[][] = [];
    for (;;) {
      const one = first(bytes);
      if (!one) break;
      bytes = bytes.subarray(one.end);
      if (one.words.length > 0) requests.push(one.words);
    }
    if (bytes.length > LONGEST) throw new Error('no replica speaks like this');
    return requests;
  };
}

/** The first request of these bytes and where it ends; undefined while it is not whole. */
function first(bytes: Buffer): { words: string[]; end: number } | undefined {
  const line = lineAt(bytes, 0);
  if (!line) return undefined;
  if (!line.text.startsWith('*')) return { words: line.text.split(' ').filter((word) => word !== ''), end: line.end };
  const count = Number(line.text.slice(1));
  if (!Number.isInteger(count) || count < 0 || count > MOST_WORDS) throw new Error('no replica speaks like this');
  const words: string[] = [];
  let at = line.end;
  while (words.length < count) {
    const head = lineAt(bytes, at);
    if (!head) return undefined;
    const length = Number(head.text.slice(1));
    if (!head.text.startsWith('$') || !Number.isInteger(length) || length < 0 || length > LONGEST) {
      throw new Error('no replica speaks like this');
    }
    if (bytes.length < head.end + length + 2) return undefined;
    words.push(bytes.toString('latin1', head.end, head.end + length));
    at = head.end + length + 2;
  }
  return { words, end: at };
}

function lineAt(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const end = bytes.indexOf(0x0a, start);
  return end < 0 ? undefined : { text: bytes.toString('latin1', start, end).trimEnd(), end: end + 1 };
}
