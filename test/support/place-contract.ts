import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ByteRange, Place } from '../../src/flow/backup/place.ts';

async function* chunksOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function contentOf(place: Place, name: string, range?: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of place.read(name, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What holds wherever backups are kept. */
export function placeContract(open: () => Promise<Place>): void {
  test('what was written is read again, byte by byte, however large', async () => {
    const place = await open();
    for (const size of [0, 1, 100_000, 13_000_000]) {
      const bytes = randomBytes(size);
      await place.write(`bytes-${size}`, chunksOf(bytes, 65_000));
      const read = await contentOf(place, `bytes-${size}`);
      expect(createHash('sha256').update(read).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    const sizes = (await place.list()).map(({ name, bytes }) => `${name}=${bytes}`).sort();
    expect(sizes).toEqual(['bytes-0=0', 'bytes-100000=100000', 'bytes-13000000=13000000', 'bytes-1=1'].sort());
  });

  test('a part of it can be read', async () => {
    const place = await open();
    const bytes = randomBytes(700_000);
    await place.write('a', chunksOf(bytes, 65_000));
    const part = await contentOf(place, 'a', { from: 70_000, to: 690_001 });
    expect(part.equals(bytes.subarray(70_000, 690_001))).toBe(true);
  });

  test('a source that breaks off leaves nothing, and what was there before', async () => {
    const place = await open();
    await place.write('a', chunksOf(Buffer.from('before'), 3));
    async function* cut() {
      yield randomBytes(7_000_000);
      throw new Error('the server went away');
    }
    await expect(place.write('a', cut())).rejects.toThrow('the server went away');
    await expect(place.write('b', cut())).rejects.toThrow('the server went away');
    expect((await contentOf(place, 'a')).toString()).toBe('before');
    expect((await place.list()).map(({ name }) => name)).toEqual(['a']);
  });

  test('it is replaced as a whole and removed, also twice', async () => {
    const place = await open();
    await place.write('a', chunksOf(Buffer.from('one'), 2));
    await place.write('a', chunksOf(Buffer.from('two'), 2));
    expect((await contentOf(place, 'a')).toString()).toBe('two');
    await place.remove('a');
    await place.remove('a');
    expect(await place.list()).toEqual([]);
    await expect(contentOf(place, 'a')).rejects.toThrow(/ENOENT|NoSuchKey/);
  });
}
