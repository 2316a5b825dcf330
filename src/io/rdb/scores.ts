/** One form for each score, whether it came as digits or as a double. */
export function scoreBytes(digits: Buffer): Buffer {
  const text = digits.toString('latin1').replace('Infinity', 'inf');
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE((text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)) + 0);
  return bytes;
}
