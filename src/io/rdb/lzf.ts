/** Unpacks LZF; undefined when the bytes are not that. */
export function decompress(packed: Uint8Array, length: number): Buffer | undefined {
  const out = Buffer.allocUnsafe(length);
  let to = 0;
  for (let at = 0; at < packed.length; ) {
    const control = packed[at] as number;
    at += 1;
    if (control < 32) {
      const count = control + 1;
      if (at + count > packed.length || to + count > length) return undefined;
      out.set(packed.subarray(at, at + count), to);
      at += count;
      to += count;
      continue;
    }
    let count = control >> 5;
    if (count === 7) {
      count += packed[at] ?? 0;
      at += 1;
    }
    count += 2;
    const from = to - ((control & 0x1f) << 8) - (packed[at] ?? 0) - 1;
    at += 1;
    if (at > packed.length || from < 0 || to + count > length) return undefined;
    // Byte by byte: what is copied may be what was just written.
    for (let left = 0; left < count; left += 1) out[to + left] = out[from + left] as number;
    to += count;
  }
  return to === length ? out : undefined;
}
